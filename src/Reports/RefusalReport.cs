using DmaGrains.Model;
using DmaGrains.Model.Devices;

namespace DmaGrains.Reports;

/// <summary>A refusal, in words that scripts can match.</summary>
/// <param name="Errno">The code, as the kernel spells it.</param>
/// <param name="Importer">The device at fault, or null.</param>
/// <param name="Field">The parameter or argument that failed, such as <c>max_segment_count</c>, or null.</param>
/// <param name="Needed">The number asked for, or null.</param>
/// <param name="Limit">The number that stood in the way, or null.</param>
/// <param name="Reason">One sentence for the user.</param>
public sealed record RefusalReport(
    string Errno, string? Importer, string? Field, ulong? Needed, ulong? Limit, string Reason)
{
    /// <summary>Whether the limit in the way is one that nobody stated and the kernel assumes.</summary>
    public bool Assumed => Cure is not null;

    /// <summary>How to state the limit; null when it was stated.</summary>
    public string? Cure { get; init; }

    /// <summary>The report of a refusal.</summary>
    public static RefusalReport Of(Refusal refusal) => new(
        refusal.Errno.ToString(),
        refusal.Importer,
        refusal.Field is null ? null : Vocabulary.Spelt(refusal.Field),
        refusal.Needed,
        refusal.Limit,
        refusal.Reason)
    {
        Cure = UnstatedLimit.CureOf(refusal.Unstated),
    };
}
