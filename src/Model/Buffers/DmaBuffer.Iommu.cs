using System.Collections.Immutable;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Buffers;

/// <content>
/// Refusals that an IOMMU makes unnecessary: the RFC demands of pages what a device behind an IOMMU needs only of its DMA segments (thread
/// #6, #57). They say so, and name the policy that accounts for it.
/// </content>
public sealed partial record DmaBuffer
{
    /// <summary>A demand where the pages of a device behind an MMU may lie anywhere.</summary>
    private static DmaConstraints Joined(Attachment attachment) => attachment.IsTranslated
        ? attachment.Demand with { MaxSegmentCount = DeviceDmaParameters.DefaultMaxSegmentCount }
        : attachment.Demand;

    /// <summary>Extends the refusal of an attach that no list allows: with translated counts one may exist.</summary>
    private Refusal ExplainTranslated(Refusal refusal, Attachment newcomer)
    {
        if (Policy.Constraints != ConstraintModel.Rfc3)
        {
            return refusal;
        }

        if (newcomer.IsTranslated && Exist(attachment => ReferenceEquals(attachment, newcomer) ? Joined(attachment) : attachment.Demand))
        {
            return SuggestTranslated(refusal, [newcomer]);
        }

        return Exist(Joined) ? SuggestTranslated(refusal, Attachments.Where(attachment => attachment.IsTranslated)) : refusal;

        bool Exist(Func<Attachment, DmaConstraints> demandOf)
        {
            var demands = Attachments.Append(newcomer).Select(demandOf).ToList();
            return ListsExist(demands.Aggregate(DmaConstraints.Intersect), demands);
        }
    }

    /// <summary>Extends the refusal of a late attach where only the list's segment count is too high.</summary>
    private Refusal ExplainTranslatedLate(Refusal refusal, Attachment newcomer) =>
        Policy.Constraints == ConstraintModel.Rfc3 && newcomer.IsTranslated
        && ListBreaks(CutFor(newcomer.Demand, Storage!), Joined(newcomer), newcomer) is null
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

        var fewest = importers.Min(attachment => attachment.Demand.MaxSegmentCount);
        return importers.Min(attachment => Joined(attachment).MaxSegmentCount) > fewest
            ? SuggestTranslated(refusal, importers.Where(attachment => attachment.IsTranslated && attachment.Demand.MaxSegmentCount == fewest))
            : refusal;
    }

    /// <summary>Names the policy, unless the list that the device would walk is still too long: one range of addresses, cut at its own limits.</summary>
    private Refusal SuggestTranslated(Refusal refusal, IEnumerable<Attachment> translated)
    {
        var fewest = translated.MinBy(attachment => attachment.Demand.MaxSegmentCount);
        return fewest is null || !Representability.FitsOneRange(SizeBytes, fewest.Demand, PageOrder)
            ? refusal
            : refusal with
            {
                Reason = $"{refusal.Reason} {fewest.Device} is behind {fewest.Iommu ?? fewest.BusMmu}, which can join scattered pages: under the policy translated its count applies to the segments it walks, not to the pages.",
            };
    }
}
