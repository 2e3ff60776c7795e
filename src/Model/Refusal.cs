using System.Diagnostics.CodeAnalysis;
using DmaGrains.Model.Devices;
using Orleans;

namespace DmaGrains.Model;

/// <summary>Why a request was refused.</summary>
/// <param name="Errno">The code, as the kernel spells it.</param>
/// <param name="Importer">The device at fault, or null.</param>
/// <param name="Field">The parameter or argument that failed, such as <c>MaxSegmentCount</c>; null for none.</param>
/// <param name="Needed">The number that was needed, in the unit of <paramref name="Field"/>; null for none.</param>
/// <param name="Limit">The number that stood in the way, in the same unit; null for none.</param>
/// <param name="Reason">One sentence for the user; never parsed.</param>
/// <param name="Unstated">The limit in the way that nobody stated and the kernel assumes; none when all were stated.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.refusal")]
public sealed record Refusal(
    Errno Errno, string? Importer, string? Field, ulong? Needed, ulong? Limit, string Reason, UnstatedLimits Unstated = UnstatedLimits.None)
{
    /// <summary>The most characters of a reason.</summary>
    public const int ReasonMax = 4096;

    /// <summary>The device at fault, or null; passed through <see cref="HarmlessText"/>.</summary>
    public string? Importer { get; init => field = Shown(value); } = Shown(Importer);

    /// <summary>One sentence for the user; never parsed. Passed through <see cref="HarmlessText"/> and cut at <see cref="ReasonMax"/> characters.</summary>
    public string Reason { get; init => field = Shown(value); } = Shown(Reason);

    /// <summary>A refusal without importer and numbers.</summary>
    public static Refusal Of(Errno errno, string? field, string reason) => new(errno, null, field, null, null, reason);

    /// <summary>EINVAL: an argument, or something in it, is null where a value is expected.</summary>
    /// <param name="what">The argument or the part of it.</param>
    public static Refusal Null(string what) => Of(Errno.EINVAL, what, $"{what} is null: expected a value.");

    /// <inheritdoc/>
    public override string ToString() => $"{Errno}: {Reason}";

    [return: NotNullIfNotNull(nameof(text))]
    private static string? Shown(string? text) => text is null ? null : HarmlessText.Short(text, ReasonMax);
}
