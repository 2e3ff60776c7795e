using DmaGrains.Model.Devices;
using Orleans;

namespace DmaGrains.Model;

/// <summary>Why a command was not carried out; nothing has changed.</summary>
/// <param name="Errno">The code, as the kernel spells it.</param>
/// <param name="Importer">The device at fault, or null when no importer is.</param>
/// <param name="Field">What failed: a parameter or argument name such as <c>MaxSegmentCount</c>; null when none is.</param>
/// <param name="Needed">The number that was asked for, in the unit of <paramref name="Field"/>; null when there is none.</param>
/// <param name="Limit">The number that stood in the way, in the same unit; null when there is none.</param>
/// <param name="Reason">One sentence for people; never parsed.</param>
/// <param name="Unstated">The limit in the way that nobody stated and the kernel assumes; none when all were stated.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.refusal")]
public sealed record Refusal(
    Errno Errno, string? Importer, string? Field, ulong? Needed, ulong? Limit, string Reason, UnstatedLimits Unstated = UnstatedLimits.None)
{
    /// <summary>A refusal that concerns no importer and no numbers.</summary>
    public static Refusal Of(Errno errno, string? field, string reason) => new(errno, null, field, null, null, reason);

    /// <inheritdoc/>
    public override string ToString() => $"{Errno}: {Reason}";
}
