using System.Collections.Immutable;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Model.Buffers;

/// <content>Who may access the storage, and how: struct pages, peers, opaque memory (thread #14 to #30, #49, #54, #56).</content>
public sealed partial record DmaBuffer
{
    /// <summary>The accesses that memory of these regions offers to everybody. No regions means system RAM or a contiguous area.</summary>
    private static BufferAccess AccessTo(ImmutableArray<MemoryRegionLayout> regions)
    {
        var offered = BufferAccess.Map | BufferAccess.Scatterlist | BufferAccess.Pfns;
        foreach (var region in regions)
        {
            offered &= ~(region.Kind.HasStructPages() ? BufferAccess.None : BufferAccess.Scatterlist);
            offered &= ~(region.Kind.HasPfns() ? BufferAccess.None : BufferAccess.Pfns);
        }

        return offered;
    }

    /// <summary>EPERM, EINVAL or EOPNOTSUPP when the device may not use memory of these kinds; else null.</summary>
    /// <remarks>The only place that decides this; <c>BarredTo</c> asks it for each region.</remarks>
    private Refusal? CheckMemory(Device device, ImmutableArray<MemoryRegionLayout> regions)
    {
        if (!device.Trusted && regions.FirstOrDefault(region => region.Kind == MemoryKind.Protected) is { } opaque)
        {
            return new(
                Errno.EPERM, device.Name, nameof(Device.Trusted), null, null,
                $"{Name} is opaque memory of {opaque.Name}, and {device.Name} is not trusted with it.");
        }

        if (device.NeedsStructPage && Policy.KnowsFlags && regions.FirstOrDefault(region => !region.Kind.HasStructPages()) is { } bare)
        {
            return new(
                Errno.EINVAL, device.Name, nameof(Device.NeedsStructPage), null, null,
                $"{device.Name} needs struct pages; {Name} lies in {bare.Name}, which has none.");
        }

        return CheckPeer(device, regions);
    }

    /// <summary>EOPNOTSUPP when the memory is another device's and this device does not take a peer's memory; else null.</summary>
    /// <remarks>The only place that decides this.</remarks>
    private Refusal? CheckPeer(Device device, ImmutableArray<MemoryRegionLayout> regions) =>
        !device.PeerToPeer && regions.FirstOrDefault(region => region.IsOfAPeer(device.Name)) is { } peer
            ? new(
                Errno.EOPNOTSUPP, device.Name, nameof(Device.PeerToPeer), null, null,
                $"{Name} lies in {peer.Name} of {peer.Device}, and {device.Name} does not take a peer's memory.")
            : null;

    /// <summary>
    /// How a device gets the addresses of a storage: from its pages, or, of a peer's memory, from physical ranges, if the region says so.
    /// </summary>
    /// <remarks>The only place that decides this; raw access is to pages.</remarks>
    private PeerPath PathTo(BackingStorage? storage, string device)
    {
        foreach (var region in LiesIn(storage))
        {
            if (region.PeerPath != PeerPath.Pages && region.IsOfAPeer(device))
            {
                return region.PeerPath;
            }
        }

        return PeerPath.Pages;
    }

    /// <summary>
    /// The limits of a list from physical ranges: entries of at most 4 GiB less a page, whatever devices take (drivers/dma-buf/dma-buf-mapping.c,
    /// fill_sg_entry).
    /// </summary>
    private DmaConstraints RangeLimits =>
        new(DmaConstraints.Unconstrained.MaxSegmentSizeInPages(PageOrder), Mapping.RangeCount, ulong.MaxValue);

    private AttachmentTraits TraitsOf(Device device) =>
        (device.Coherent ? AttachmentTraits.Coherent : AttachmentTraits.None)
        | (device.NeedsStructPage ? AttachmentTraits.NeedsStructPage : AttachmentTraits.None)
        | (device.SegmentsPerLine ? AttachmentTraits.SegmentsPerLine : AttachmentTraits.None)
        | (device.RequiresContiguous ? AttachmentTraits.Contiguous : AttachmentTraits.None)
        | (device.Pci ? AttachmentTraits.Pci : AttachmentTraits.None)
        | (Regions.IsEmpty || Lies.All(device.HasBusTo) ? AttachmentTraits.None : AttachmentTraits.NoPeerRoute);

    /// <summary>EINVAL for an access that the storage does not offer; else null.</summary>
    /// <remarks>The only place that refuses it; what memory offers is <see cref="AccessTo"/>.</remarks>
    private Refusal? CheckAccess(Attachment attachment, BufferAccess access) => attachment.Access.HasFlag(access)
        ? null
        : new(
            Errno.EINVAL, attachment.Device, nameof(Attachment.Access), (ulong)access, (ulong)attachment.Access,
            $"{Name} cannot be taken as {WordOf(access)}: {string.Join(", ", Lies.Select(region => region.Name))} offers {Offers(attachment.Access)}.");

    /// <summary>EREMOTEIO, or EINVAL where peers get physical ranges, for a map when no bus connects the device to a peer's memory; else null.</summary>
    /// <remarks>
    /// The only place at a map; an exporter that moves storage asks at the attach, in <see cref="Misplaced"/>. Which bus:
    /// <see cref="Device.HasBusTo"/>.
    /// </remarks>
    private Refusal? CheckPeerRoute(Attachment attachment, BufferAccess access) =>
        access == BufferAccess.Map && attachment.Traits.HasFlag(AttachmentTraits.NoPeerRoute) ? NoPeerRoute(attachment) : null;

    private Refusal NoPeerRoute(Attachment attachment)
    {
        var unrouted = RegionsAt(attachment.Unrouted);
        var region = Lies.FirstOrDefault(unrouted.Contains) ?? unrouted[0];
        return new(
            region.PeerPath == PeerPath.Pages ? Errno.EREMOTEIO : Errno.EINVAL, attachment.Device, nameof(Device.PeerBus), null, null,
            $"No bus leads from {attachment.Device} to {region.Name}, where {Name} lies.");
    }

    /// <summary>EREMOTEIO naming PeerAccess when the bus to a peer's memory does not carry that direction; else null.</summary>
    /// <remarks>The only place that refuses it; which direction: <see cref="MemoryRegionLayout.LetsPeers"/>.</remarks>
    private Refusal? CheckPeerDirection(Attachment attachment, DmaDirection direction) =>
        Lies.FirstOrDefault(region => region.IsOfAPeer(attachment.Device) && !region.LetsPeers(direction)) is { } oneWay
            ? new(
                Errno.EREMOTEIO, attachment.Device, nameof(MemoryRegionLayout.PeerAccess), null, null,
                $"Peers may only {(oneWay.PeerAccess == PeerAccess.Write ? "write" : "read")} {oneWay.Name}, where {Name} lies; {attachment.Device} maps it {WordOf(direction)}.")
            : null;

    /// <summary>EOPNOTSUPP for an option that this device's mappings do not support (thread #34); else null.</summary>
    private Refusal? CheckOptions(Attachment attachment, MapOptions options)
    {
        if (options.HasFlag(MapOptions.RequireCoherent) && !attachment.Traits.HasFlag(AttachmentTraits.Coherent))
        {
            return new(
                Errno.EOPNOTSUPP, attachment.Device, nameof(Device.Coherent), null, null,
                $"{attachment.Device} does not snoop CPU caches, but this map of {Name} requires it.");
        }

        var needsTables = options & (MapOptions.DeferFlush | MapOptions.OwnSpace);
        return needsTables == MapOptions.None || attachment.IsTranslated
            ? null
            : new(
                Errno.EOPNOTSUPP, attachment.Device, "Options", null, null,
                $"{attachment.Device} is not behind an MMU whose tables its driver fills, as this map of {Name} requires.");
    }

    private static string Offers(BufferAccess access) => access switch
    {
        BufferAccess.Map => "mappings only",
        BufferAccess.Map | BufferAccess.Pfns => "mappings and page frame numbers",
        _ => "mappings and raw scatterlists",
    };

    /// <summary>EINVAL when the device takes fewer segments than the frame has lines: each line needs at least one (thread #56).</summary>
    private Refusal? TooManyLines(Device device, VideoLines lines)
    {
        var most = device.Demand(Origin.ReadWith).MaxSegmentCount;
        return lines.Height > most
            ? new(
                Errno.EINVAL, device.Name, nameof(DmaConstraints.MaxSegmentCount), lines.Height, most,
                $"{device.Name} takes at most {Counted.Of(most, "segment")}; {Name} has {Counted.Of(lines.Height, "line")}, each with its own segment and up to {lines.WorstSegmentCount(PageOrder)} in total.")
            : null;
    }
}
