using System.Diagnostics.CodeAnalysis;
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
    /// <summary>Most characters of a reason; of what callers gave it quotes far fewer.</summary>
    public const int ReasonMax = 4096;

    /// <summary>The device at fault, or null when no importer is; harmless whatever was given (<see cref="HarmlessText"/>).</summary>
    public string? Importer { get; init => field = Shown(value); } = Shown(Importer);

    /// <summary>One sentence for people; never parsed. Harmless whatever was given, and of at most <see cref="ReasonMax"/> characters of it.</summary>
    public string Reason { get; init => field = Shown(value); } = Shown(Reason);

    /// <summary>A refusal that concerns no importer and no numbers.</summary>
    public static Refusal Of(Errno errno, string? field, string reason) => new(errno, null, field, null, null, reason);

    /// <summary>EINVAL: an argument, or something in it, is null where a value is expected.</summary>
    /// <param name="what">The argument or the part of it.</param>
    public static Refusal Null(string what) => Of(Errno.EINVAL, what, $"{what} is null: expected a value.");

    /// <inheritdoc/>
    public override string ToString() => $"{Errno}: {Reason}";

    [return: NotNullIfNotNull(nameof(text))]
    private static string? Shown(string? text) => text is null ? null : HarmlessText.Short(text, ReasonMax);
}
