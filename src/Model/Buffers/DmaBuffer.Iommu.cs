using System.Collections.Immutable;
using System.Numerics;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Buffers;

/// <content>
/// Refusals that an IOMMU makes unnecessary: the RFC demands of pages what a device behind an IOMMU needs only of its DMA segments (thread
/// #6, #57). They say so, and name the policy that accounts for it.
/// </content>
public sealed partial record DmaBuffer
{
    /// <summary>What an importer would demand under the policy translated.</summary>
    private static DmaConstraints Joined(Attachment attachment) => attachment.IsTranslated ? attachment.Demand.BehindMmu() : attachment.Demand;

    /// <summary>Extends the refusal of an attach that no list allows: with translated counts one may exist.</summary>
    private Refusal ExplainTranslated(Refusal refusal, Attachment newcomer)
    {
        if (Policy.Constraints != ConstraintModel.Rfc3)
        {
            return refusal;
        }

        // With storage that stays where it is, the list that is there has to suit the newcomer too.
        var isFree = Storage is null || WouldMove;
        if (newcomer.IsTranslated && Exist(attachment => ReferenceEquals(attachment, newcomer) ? Joined(attachment) : attachment.Demand))
        {
            return isFree ? SuggestTranslated(refusal, [newcomer]) : ExplainTranslatedLate(refusal, newcomer);
        }

        return isFree && Exist(Joined) ? SuggestTranslated(refusal, Attachments.Where(attachment => attachment.IsTranslated)) : refusal;

        bool Exist(Func<Attachment, DmaConstraints> demandOf)
        {
            var demands = Attachments.Append(newcomer).Select(demandOf).ToList();
            return ListsExist(demands.Aggregate(DmaConstraints.Intersect), demands);
        }
    }

    /// <summary>Extends the refusal of a late attach where only the list's segment count is too high.</summary>
    private Refusal ExplainTranslatedLate(Refusal refusal, Attachment newcomer) =>
        Policy.Constraints == ConstraintModel.Rfc3 && newcomer.IsTranslated
        && ListBreaks(CutFor(newcomer, Storage!), Joined(newcomer), newcomer) is null && BeyondEntries(newcomer, Storage!) is null
            ? SuggestTranslated(refusal, [newcomer])
            : refusal;

    /// <summary>Extends a refusal of memory in too many runs where the importer that limits their count is behind an MMU.</summary>
    private Refusal ExplainTranslated(Refusal refusal, ImmutableArray<Attachment> importers)
    {
        if (Policy.Constraints != ConstraintModel.Rfc3
            || (refusal.Errno, refusal.Field) != (Errno.ENOMEM, nameof(DmaConstraints.MaxSegmentCount)))
        {
            return refusal;
        }

        // Only without a count and an alignment to keep do any free pages serve.
        var fewest = importers.Min(attachment => attachment.Demand.MaxSegmentCount);
        var joined = importers.Select(Joined).Aggregate(DmaConstraints.Intersect);
        return joined.MaxSegmentCount >= Page.CountFor(SizeBytes, PageOrder) >> PageOrder
            && joined.Limits[ListLimit.AddressAlignment] <= Page.SizeOf(PageOrder)
            ? SuggestTranslated(refusal, importers.Where(attachment => attachment.IsTranslated && attachment.Demand.MaxSegmentCount == fewest))
            : refusal;
    }

    /// <summary>
    /// Names the policy, unless a map under it could be refused all the same: the list that the device would walk is still too long, or
    /// the device cannot address that much. Whether the MMU's address space is in use, a buffer does not know.
    /// </summary>
    private Refusal SuggestTranslated(Refusal refusal, IEnumerable<Attachment> translated)
    {
        var fewest = translated.MinBy(attachment => attachment.Demand.MaxSegmentCount);
        return fewest is null || !SurelyMaps(fewest)
            ? refusal
            : refusal with
            {
                Reason = $"{refusal.Reason} {fewest.Device} is behind {fewest.Iommu ?? fewest.BusMmu}, which can join scattered pages: under the policy translated its count applies to the segments it walks, not to the pages.",
            };
    }

    /// <summary>Whether a device behind an MMU takes the buffer however its pages lie.</summary>
    /// <remarks>
    /// An MMU joins whole entries and keeps them off boundaries. Two neighbouring segments, or what is in two neighbouring windows, are
    /// together longer than one may be: so there are fewer than twice as many as of one range, and addresses for twice as many windows. A
    /// range is aligned to its size, and the first granule is never used.
    /// </remarks>
    private bool SurelyMaps(Attachment attachment)
    {
        var demand = attachment.Demand;
        if (Representability.LeastSegmentCount(SizeBytes, demand, RangeShape.ContiguousAligned, SegmentLimit.Floored, PageOrder) is not { } least
            || (2 * least) - 1 > demand.InPages(PageOrder).MaxSegmentCount)
        {
            return false;
        }

        UInt128 pages = Page.CountFor(SizeBytes, PageOrder) << Page.Shift;
        var window = demand.BoundaryWindowBytes;
        var padded = pages <= window ? pages : 2 * (pages + window - 1) / window * window;
        return padded <= long.MaxValue && BitOperations.RoundUpToPowerOf2((ulong)padded) + padded <= (UInt128)attachment.HighestAddress + 1;
    }
}
