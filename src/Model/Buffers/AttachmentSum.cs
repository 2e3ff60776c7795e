using DmaGrains.Model.Constraints;

namespace DmaGrains.Model.Buffers;

/// <summary>The combined properties of some importers.</summary>
/// <param name="Union">The most restrictive combination of their demands (thread #0).</param>
/// <param name="OnPages">The most restrictive combination of what they need of entries, whatever the exporter checks.</param>
/// <param name="Barred">The named regions that at least one of them may not use, one bit for each.</param>
/// <param name="Unrouted">The named peer regions that no bus connects to at least one of them, one bit for each.</param>
/// <param name="IsPending">Whether at least one waits for the storage to move.</param>
/// <param name="HasList">Whether the list of at least one has been built and is kept.</param>
public readonly record struct AttachmentSum(
    DmaConstraints Union, DmaConstraints OnPages, ulong Barred, ulong Unrouted, bool IsPending, bool HasList)
{
    internal static AttachmentSum None { get; } =
        new(DmaConstraints.Unconstrained, DmaConstraints.Unconstrained, 0, 0, false, false);

    internal static AttachmentSum Add(in AttachmentSum one, in AttachmentSum other) => new(
        DmaConstraints.Intersect(one.Union, other.Union),
        DmaConstraints.Intersect(one.OnPages, other.OnPages),
        one.Barred | other.Barred,
        one.Unrouted | other.Unrouted,
        one.IsPending || other.IsPending,
        one.HasList || other.HasList);
}
