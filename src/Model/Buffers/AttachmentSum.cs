using DmaGrains.Model.Constraints;

namespace DmaGrains.Model.Buffers;

/// <summary>What some importers come to together.</summary>
/// <param name="Union">The most restrictive combination of their demands (thread #0).</param>
/// <param name="OnPages">The same of what they need of entries, whatever the exporter looks at.</param>
/// <param name="Barred">The named regions that one of them may not have, one bit for each.</param>
/// <param name="Unrouted">The named regions of peers to which no bus leads from one of them, one bit for each.</param>
/// <param name="IsPending">Whether one waits for the storage to move.</param>
/// <param name="HasList">Whether one's list has been built and is kept.</param>
public readonly record struct AttachmentSum(
    DmaConstraints Union, DmaConstraints OnPages, ulong Barred, ulong Unrouted, bool IsPending, bool HasList)
{
    internal static AttachmentSum None { get; } =
        new(DmaConstraints.Unconstrained, DmaConstraints.Unconstrained, 0, 0, false, false);

    internal static AttachmentSum Add(in AttachmentSum one, in AttachmentSum other) => new(
        DmaConstraints.Narrow(one.Union, other.Union),
        DmaConstraints.Narrow(one.OnPages, other.OnPages),
        one.Barred | other.Barred,
        one.Unrouted | other.Unrouted,
        one.IsPending || other.IsPending,
        one.HasList || other.HasList);
}
