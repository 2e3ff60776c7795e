using System.Collections.Immutable;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Buffers;

/// <content>In which of the named regions the storage lies, and to which it may move. Some may have struct pages and others not.</content>
public sealed partial record DmaBuffer
{
    private bool Moves => Policy.LateAttach == LateAttach.Migrate;

    /// <summary>What the attached importers need of the pages.</summary>
    private PageNeeds Needs => Attachments.FurtherSum(PageNeeds.Of, PageNeeds.Add);

    /// <summary>One bit for each named region.</summary>
    private ulong AllPlaces => Regions.IsEmpty ? 0 : ulong.MaxValue >> (PhysicalMemory.RegionsMax - Regions.Length);

    /// <summary>The named regions in which the storage lies; all named regions while there is no storage.</summary>
    private ImmutableArray<MemoryRegionLayout> Lies => LiesIn(Storage);

    private ImmutableArray<MemoryRegionLayout> LiesIn(BackingStorage? storage) => Regions.Length < 2 || storage is null
        ? Regions
        : NamedIn(storage);

    private ImmutableArray<MemoryRegionLayout> NamedIn(BackingStorage storage) =>
        Regions.RemoveAll(region => !storage.Regions.Contains(region.Name));

    /// <summary>The named regions that a device may not use (EPERM, EINVAL or EOPNOTSUPP).</summary>
    private ulong BarredTo(Device device) => Places(region => CheckMemory(device, [region]) is not null);

    /// <summary>The named peer regions that no bus connects to a device.</summary>
    private ulong UnroutedFrom(Device device) => Places(region => !device.HasBusTo(region));

    private ulong Places(Func<MemoryRegionLayout, bool> holds)
    {
        ulong places = 0;
        for (var index = 0; index < Regions.Length; index++)
        {
            places |= holds(Regions[index]) ? 1UL << index : 0;
        }

        return places;
    }

    private ImmutableArray<MemoryRegionLayout> RegionsAt(ulong places) =>
        [.. Regions.Where((_, index) => (places & (1UL << index)) != 0)];

    /// <summary>
    /// Where the storage may lie for the attached importers and these: by default in any region that the exporter names. An exporter that
    /// moves storage uses the regions that all of them may use, and prefers those that a bus connects to all.
    /// </summary>
    /// <remarks>The only place that decides this.</remarks>
    private ulong PlacesFor(ImmutableArray<Attachment> importers)
    {
        if (!Moves || Regions.Length < 2)
        {
            return AllPlaces;
        }

        var allowed = importers.Aggregate(AllowedPlaces, (places, importer) => places & ~importer.Barred);
        var routed = importers.Aggregate(allowed & ~Needs.Unrouted, (places, importer) => places & ~importer.Unrouted);
        return routed != 0 ? routed : allowed;
    }

    /// <summary>The places that all attached importers may use. Opaque storage stays opaque.</summary>
    private ulong AllowedPlaces
    {
        get
        {
            var allowed = AllPlaces & ~Needs.Barred;
            return Storage is not null && Lies.Any(region => region.Kind == MemoryKind.Protected)
                ? allowed & Places(region => region.Kind == MemoryKind.Protected)
                : allowed;
        }
    }

    /// <summary>The names of some places. Without places, all regions: an empty list would mean memory that is not the buffer's.</summary>
    private NameList NamesOf(ulong places) =>
        places != 0 && places != AllPlaces ? new(RegionsAt(places).Select(region => region.Name))
        : Origin.Memory.IsEmpty && !Regions.IsEmpty ? new(Regions[0].Name)
        : Origin.Memory;

    /// <summary>Whether the exporter could move the storage to a place that a newcomer and all attached importers may use.</summary>
    private bool MayMoveFor(Device device) =>
        Moves && (AllowedPlaces & ~BarredTo(device)) != 0;

    /// <summary>
    /// Why a newcomer cannot use the storage where it lies, although its list suits, while a move would help: memory that the device may
    /// not use, a peer's memory that no bus connects to it, or memory out of reach. Null when it can, or when storage never moves.
    /// </summary>
    private Refusal? Misplaced(Device device, Attachment attachment)
    {
        if (!Moves)
        {
            return null;
        }

        var lies = Places(region => Storage!.Regions.Contains(region.Name));
        if ((attachment.Barred & lies) != 0)
        {
            return CheckMemory(device, Lies);
        }

        // Where no bus connects the device to any allowed region, moving does not help.
        if ((attachment.Unrouted & lies) != 0)
        {
            return (PlacesFor([attachment]) & attachment.Unrouted) == 0 ? NoPeerRoute(attachment) : null;
        }

        return Policy.Constraints == ConstraintModel.None || (!attachment.IsTranslated && Reaches(attachment, Storage!))
            ? null
            : CheckUnreached(attachment, Storage!, CutFor(attachment, Storage!), MapOptions.None);
    }

    /// <summary>
    /// Sets what each importer may do with the storage where it lies. For waiting importers, and for all while there is no storage, the
    /// place where it will lie counts.
    /// </summary>
    private DmaBuffer Placed() => Regions.Length < 2 ? this : PlacedAmong();

    private DmaBuffer PlacedAmong()
    {
        var goes = Offer(RegionsAt(PlacesFor([])));
        var lies = Storage is null ? goes : Offer(Lies);
        return this with { Attachments = Attachments.WithEach(attachment => At(attachment, attachment.IsPending ? goes : lies)) };
    }

    private (ulong Places, BufferAccess Access) Offer(ImmutableArray<MemoryRegionLayout> regions) =>
        (Places(regions.Contains), AccessTo(regions));

    private static Attachment At(Attachment attachment, (ulong Places, BufferAccess Access) offer)
    {
        var traits = (attachment.Unrouted & offer.Places) == 0
            ? attachment.Traits & ~AttachmentTraits.NoPeerRoute
            : attachment.Traits | AttachmentTraits.NoPeerRoute;
        return (attachment.Access, attachment.Traits) == (offer.Access, traits)
            ? attachment
            : attachment with { Access = offer.Access, Traits = traits };
    }
}
