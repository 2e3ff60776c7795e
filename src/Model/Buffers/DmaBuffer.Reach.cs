using System.Collections.Immutable;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Buffers;

/// <content>Which memory importers reach, by their masks and the windows of their buses.</content>
public sealed partial record DmaBuffer
{
    /// <summary>Whether a device without an MMU reaches every entry of the list that its map would get.</summary>
    private bool Reaches(Attachment attachment, BackingStorage storage) =>
        Reaches(attachment, storage, CutFor(attachment, storage));

    /// <summary>
    /// EIO for a device behind an MMU whose entries cannot hold a storage's addresses, and for a device without an MMU that does not reach
    /// the storage, unless copies may stand in for it; else null.
    /// </summary>
    /// <remarks>The only place that decides between a refusal and a bounce.</remarks>
    private Refusal? CheckUnreached(Attachment attachment, BackingStorage storage, DmaConstraints cutUnder, MapOptions options) =>
        attachment.IsTranslated ? BeyondEntries(attachment, storage)
        : MayBounce(options, storage) ? null
        : OutOfReach(attachment, storage, cutUnder);

    /// <summary>Whether copies may stand in for pages that a device without an MMU does not reach.</summary>
    /// <remarks>
    /// The only place that decides it for a device's own list; a shared one with copies is refused by <see cref="HandOut"/>.
    /// </remarks>
    private bool MayBounce(MapOptions options, BackingStorage storage) =>
        Policy.Bouncing && (options & NoCopy) == MapOptions.None && LiesIn(storage).All(region => region.Kind.IsBounceable());

    /// <summary>
    /// Whether a device without an MMU reaches every entry of a storage's list, cut under some limits. One for which everything is copied
    /// reaches only bus addresses of a peer and its own memory (kernel/dma/direct.h, dma_direct_map_page).
    /// </summary>
    /// <remarks>
    /// The only place that decides whether the pool is asked at a map. The pool asks again for each entry, and may find nothing to copy
    /// (<see cref="Translation.BounceRegion.FirstBeyond"/>).
    /// </remarks>
    private bool Reaches(Attachment attachment, BackingStorage storage, DmaConstraints cutUnder) =>
        PathTo(storage, attachment.Device) is not PeerPath.Pages and var path ? path == PeerPath.BusAddress || (attachment.Pool is null && HighestAddressFor(attachment, storage) <= attachment.HighestAddress)
        : attachment.Pool is not null ? storage.Extents.All(extent => IsInOwn(attachment, extent))
        : attachment.Windows.IsEmpty
        ? HighestAddressFor(attachment, storage) <= attachment.HighestAddress
        : ReachesExtents(attachment, storage) || FirstOutOfReach(attachment, storage, cutUnder) is null;

    /// <summary>EIO naming BouncePool, DmaMask or Windows, or ENOMEM for physical ranges (dma_mapping_error), for a storage that <see cref="Reaches(Attachment, BackingStorage, DmaConstraints)"/> denies.</summary>
    private Refusal OutOfReach(Attachment attachment, BackingStorage storage, DmaConstraints cutUnder)
    {
        var isOfRanges = PathTo(storage, attachment.Device) != PeerPath.Pages;
        if (attachment.Pool is { } pool && PathTo(storage, attachment.Device) != PeerPath.BusAddress)
        {
            return new(
                isOfRanges ? Errno.ENOMEM : Errno.EIO, attachment.Device, SwiotlbPool.PoolField, null, null,
                $"Everything is copied for {attachment.Device} through {pool}, and {Name} may not be: its memory, its exporter or the map forbids copies.");
        }

        if (isOfRanges || attachment.Windows.IsEmpty)
        {
            var highest = HighestAddressFor(attachment, storage);
            return new(
                isOfRanges ? Errno.ENOMEM : Errno.EIO, attachment.Device, nameof(Device.DmaMask), highest, attachment.HighestAddress,
                $"{attachment.Device} reaches addresses up to 0x{attachment.HighestAddress:x}; {Name} has pages up to 0x{highest:x}.");
        }

        var entry = FirstOutOfReach(attachment, storage, cutUnder)!.Value;
        return attachment.Reach.Beyond(attachment.Device, entry.Address.Value, entry.LengthBytes, Name);
    }

    /// <summary>EIO naming OutputLimit when the entries of a device's MMU cannot hold all addresses of a storage; pages are never bounced for an MMU.</summary>
    private Refusal? BeyondEntries(Attachment attachment, BackingStorage storage) =>
        attachment.IsTranslated && attachment.OutputLimit != 0 && HighestAddressFor(attachment, storage) is var highest && highest > attachment.ReachesTo
            ? new(
                Errno.EIO, attachment.Device, nameof(Device.OutputLimit), highest, attachment.OutputLimit,
                $"The entries of {attachment.BusMmu ?? attachment.Iommu}, the MMU of {attachment.Device}, hold addresses up to 0x{attachment.OutputLimit:x}; {Name} has pages up to 0x{highest:x}.")
            : null;

    /// <summary>Whether all extents lie within reach, so that no list has to be checked.</summary>
    private bool ReachesExtents(Attachment attachment, BackingStorage storage)
    {
        var reach = attachment.Reach;
        return attachment.Windows.All.Length == 1
            && storage.Extents.All(extent => reach.Holds(extent.Address.Value, extent.SizeBytes) || IsInOwn(attachment, extent));
    }

    private SgEntry? FirstOutOfReach(Attachment attachment, BackingStorage storage, DmaConstraints cutUnder)
    {
        var reach = attachment.Reach;
        var table = Mapping.TableOver(storage, SizeBytes, cutUnder);
        for (var link = 0; link < table.LinkCount; link++)
        {
            foreach (ref readonly var entry in table.Link(link))
            {
                if (!reach.Holds(entry.Address.Value, entry.LengthBytes)
                    && !IsInOwn(attachment, new(entry.FirstPfn, Page.CountFor(entry.LengthBytes))))
                {
                    return entry;
                }
            }
        }

        return null;
    }

    private bool IsInOwn(Attachment attachment, PageExtent extent) =>
        Regions.Any(region => region.IsOwnOf(attachment.Device) && region.Contains(extent));

    /// <summary>
    /// The importers whose reach counts. An exporter that ignores constraints ignores reach too, a device that no bus connects to the
    /// memory never maps it, a list from physical ranges is made for whoever maps it, and where everything is copied pages may lie anywhere.
    /// </summary>
    private ImmutableArray<Attachment> WhoCount(ImmutableArray<Attachment> importers) =>
        Routed(importers).RemoveAll(attachment => attachment.Pool is not null || TakesRanges(attachment));

    /// <summary>Whether an importer gets physical ranges of whatever memory the exporter names: nobody asks then what it reaches.</summary>
    private bool TakesRanges(Attachment attachment) =>
        !Regions.IsEmpty && Regions.All(region => region.PeerPath != PeerPath.Pages && region.IsOfAPeer(attachment.Device));

    private ImmutableArray<Attachment> Routed(ImmutableArray<Attachment> importers) => Policy.Constraints == ConstraintModel.None
        ? []
        : PlacesFor(importers) is var places && Moves
        ? importers.RemoveAll(attachment => (attachment.Unrouted & places) != 0)
        : importers.RemoveAll(attachment => attachment.Traits.HasFlag(AttachmentTraits.NoPeerRoute));

    /// <summary>The counted importers that see memory through windows; those with the same reach appear once.</summary>
    private WindowedReaches WindowedOf(ImmutableArray<Attachment> counted) =>
        counted.Any(attachment => !attachment.SeenThrough.IsEmpty)
            ? new(counted
                .Where(attachment => !attachment.SeenThrough.IsEmpty)
                .DistinctBy(attachment => Regions.IsEmpty ? (string.Empty, attachment.Reach) : (attachment.Device, attachment.Reach))
                .Select(attachment => new WindowedReach(attachment.Device, attachment.Reach)))
            : default;

    /// <summary>The counted importer with the narrowest reach, and the narrowest of the others where the storage may be the first one's own memory.</summary>
    private (ImporterReach Narrowest, ImporterReach? Others) ReachOf(ImmutableArray<Attachment> counted)
    {
        if (NarrowestOf(counted) is not { } narrowest)
        {
            return (new(Origin.Exporter ?? Name, ulong.MaxValue), null);
        }

        return Regions.Any(region => region.IsOwnOf(narrowest.Importer))
            ? (narrowest, NarrowestOf(counted.RemoveAll(attachment => attachment.Device == narrowest.Importer)))
            : (narrowest, null);
    }

    private static ImporterReach? NarrowestOf(ImmutableArray<Attachment> importers) =>
        importers.MinBy(attachment => attachment.ReachesTo) is { } narrowest
            ? new(narrowest.Device, narrowest.ReachesTo)
            : null;

    /// <summary>The last address of the storage that a device has to form. It reaches its own memory whatever its mask.</summary>
    private ulong HighestAddressFor(Attachment attachment, BackingStorage storage)
    {
        var own = Regions.RemoveAll(region => !region.IsOwnOf(attachment.Device));
        return own.IsEmpty ? storage.HighestAddress : storage.HighestAddressBut(own);
    }
}
