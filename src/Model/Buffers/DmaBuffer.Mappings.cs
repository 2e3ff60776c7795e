using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Model.Coherency;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Buffers;

/// <content>Map, unmap, and the storage they need.</content>
public sealed partial record DmaBuffer
{
    /// <summary>A live mapping whose DMA addresses every further map is handed; null when each map makes its own, or there is none yet (thread #12).</summary>
    /// <remarks>The only place that chooses the mapping; <see cref="HandedOutTo"/> decides whether it is handed out.</remarks>
    private Mapping? HandedOut => Policy.SharesAddresses
        ? Mappings.FirstOrDefault(mapping => mapping.Access == BufferAccess.Map && !(mapping.Raw is { } raw && MapsForItself(raw)))
        : null;

    /// <summary>The device for which a map's addresses are made: the importer, or under some policies the exporter.</summary>
    private Attachment MappedFor(AccessRequest request)
    {
        var attachment = Attached(request.Attachment);
        return Policy.Lists != ListSharing.Exporters || request.Raw is not null ? attachment
            : Exporter is { } exporter ? attachment with
            {
                Device = exporter.Name,
                Iommu = exporter.Iommu,
                BusMmu = exporter.BusMmu,
                HighestAddress = exporter.HighestAddress,
                Takes = exporter.Demand(Origin.ReadWith),
                Windows = exporter.Reach.Windows,
                OutputLimit = exporter.OutputLimit,
                MinAlignMask = exporter.MinAlignMask,
                Pool = exporter.ForcedPool,
                Traits = TraitsOf(exporter),
            }
            : attachment with { Device = "a heap", Iommu = null, BusMmu = null, OutputLimit = 0, HighestAddress = ulong.MaxValue, Windows = default, Pool = null };
    }

    /// <summary>Whether no other mapping uses this one's addresses.</summary>
    private bool IsLastToHold(Mapping mapping) => HandedOut is null
        || !Mappings.Any(other => other.Name != mapping.Name && other.Mapped is not null && other.HeldAs == mapping.HeldAs);

    /// <summary>Whether the exporter checks the mapped list against the device's limits.</summary>
    private bool ChecksLimits => Policy.ListCheck == ListCheck.Exact
        && Policy.Constraints is ConstraintModel.Rfc3 or ConstraintModel.Translated or ConstraintModel.Posted;

    /// <summary>Begins a trial map, which leaves nothing held in the buffer, memory or MMUs (thread #12).</summary>
    /// <param name="attachment">The attachment that would be mapped.</param>
    /// <param name="direction">Which way data would move.</param>
    /// <param name="options">The map's options; <see cref="MapOptions.NoBounce"/> tells whether it would need a copy.</param>
    public CommandStep BeginTestMap(string attachment, DmaDirection direction, MapOptions options = MapOptions.None) =>
        Begin(TestMap(attachment, direction, options)).Tried(outcome => outcome with { Next = this, ChangesState = false });

    private DmaCommand.Map TestMap(string attachment, DmaDirection direction, MapOptions options)
    {
        var name = Enumerable.Range(0, Mappings.Length + 1)
            .Select(number => string.Create(CultureInfo.InvariantCulture, $"test{number}"))
            .First(candidate => Mappings.Find(candidate) is null);
        return new(name, attachment, direction) { Options = options };
    }

    /// <summary>The allocation that an export needs; null unless the exporter allocates at once.</summary>
    /// <remarks>The only place that allocates at an export; for others see <see cref="Take(AccessRequest)"/>.</remarks>
    public AllocationRequest? AllocationAtExport =>
        Policy.Allocation == AllocationTime.AtExport && Storage is null && !IsReleasedByAll && !IsRevoked
            ? RequestFor(Token, Constraints, [])
            : null;

    /// <summary>The buffer with the storage allocated for <see cref="AllocationAtExport"/>.</summary>
    public DmaBuffer ExportedWith(BackingStorage storage) => MovedTo(storage);

    private AllocationRequest MoveRequest => RequestFor(Of(Generation + 1), Constraints, Attachments.ToImmutableArray());

    /// <summary>Whether the end of the last mapping moves the storage for a waiting importer (thread #5).</summary>
    private bool MovesAfterLast => !IsRevoked && !Policy.Pinned && Mappings.Length == 1 && Attachments.Sum.IsPending;

    private AllocationRequest RequestFor(
        AllocationToken token, DmaConstraints union, ImmutableArray<Attachment> importers)
    {
        var counted = WhoCount(importers);
        var (narrowest, others) = ReachOf(counted);
        return new(token, SizeBytes, union, narrowest.HighestAddress, narrowest.Importer)
        {
            Regions = NamesOf(PlacesFor(importers)),
            Others = others,
            Windowed = WindowedOf(counted),
            PreferredSegmentSize = Policy.Constraints is ConstraintModel.Rfc3 or ConstraintModel.Translated ? LongestWish(importers) : 0,
            LimitsPerImporter = Policy.HasOwnLists ? LimitsPerImporter.Of(importers.Select(attachment => attachment.Demand), SizeBytes, PageOrder)
                : default,
        };
    }

    /// <summary>The largest preferred segment size of these importers, in bytes (thread #10); 0 when none has a preference.</summary>
    private static uint LongestWish(ImmutableArray<Attachment> importers)
    {
        var longest = 0u;
        foreach (var importer in importers)
        {
            longest = Math.Max(longest, importer.PreferredSegmentSize);
        }

        return longest;
    }

    /// <summary>Moves the buffer to new pages: the old ones, if any, are copied and owed, and no importer waits any more.</summary>
    private DmaBuffer MovedTo(BackingStorage storage)
    {
        Invariant.Holds(Mappings.IsEmpty);
        if (Storage is null)
        {
            Invariant.Holds(storage.Token == Token);
            return (this with { Storage = storage, Cpu = Cpu.Allocated() }).Placed();
        }

        Invariant.Holds(storage.Token == Of(Generation + 1));
        var moved = this with
        {
            Storage = storage,
            Cpu = Cpu.Allocated(),
            Generation = Generation + 1,
            Superseded = Superseded.Add(Generation),
            Costs = Costs with { Migrations = Costs.Migrations + 1, BytesCopied = Costs.BytesCopied + SizeBytes },
            Attachments = Attachments.WithEach(
                attachment => attachment with { IsPending = false, HasList = false }, sum => sum.IsPending || sum.HasList),
        };
        return moved.Placed();
    }

    /// <summary>
    /// By default the first map that will be granted allocates, under the union of all importers attached at that moment (thread #59);
    /// a map also moves the storage for an importer that came late.
    /// </summary>
    /// <remarks>
    /// Not the only place that allocates or moves: <see cref="Attach(DmaCommand.Attach)"/>, <see cref="EndMapping"/> and
    /// <see cref="AllocationAtExport"/> do too, each under its policy.
    /// </remarks>
    internal CommandStep Take(AccessRequest request) =>
        CheckTake(request) is { } decided ? decided
        : Storage is null ? AskFor(request, RequestFor(Token, Constraints, Attachments.ToImmutableArray()))
        : Attached(request.Attachment).IsPending ? AskFor(request, MoveRequest)
        : TakeFrom(this, request);

    private CommandQuestion.NeedsMemory AskFor(AccessRequest asked, AllocationRequest request) => new(request, allocation => Take(asked, allocation));

    private CommandStep Take(AccessRequest request, DmaResult<BackingStorage> allocation)
    {
        if (!allocation.TryGetValue(out var storage))
        {
            return Transition.Refuse(this, ExplainTranslated(ExplainUnstated(allocation.Refusal!, Attachments), Attachments.ToImmutableArray()));
        }

        Invariant.Holds(storage.AllocatedUnder == Constraints);
        var allocated = MovedTo(storage);
        allocated.AssertInvariants(this);
        return allocated.TakeFrom(this, request);
    }

    /// <summary>Continues a map or raw access once there is storage.</summary>
    /// <param name="before">The buffer before the command.</param>
    /// <param name="request">The request.</param>
    private CommandStep TakeFrom(DmaBuffer before, AccessRequest request)
    {
        if (request.Access != BufferAccess.Map)
        {
            return before.Taken(Hold(MappingOf(Storage!, request)));
        }

        // Whoever made the addresses: the path to the memory is that of the device which uses them.
        if (CheckPeerDirection(Attached(request.Attachment), request.Direction) is { } oneWay)
        {
            return before.Taken(Transition.Refuse(this, oneWay));
        }

        // An importer that is handed an already mapped list is not checked for reach.
        if (HandedOutTo(request) is { } known)
        {
            return before.Taken(HandOut(known, MappingOf(Storage!, request)));
        }

        var attachment = MappedFor(request);
        var cut = CutUnder(request, attachment, Storage!);
        var path = request.Raw is null ? PathTo(Storage, attachment.Device) : PeerPath.Pages;
        var mapping = MappingOf(Storage!, request) with
        {
            MadeUnder = cut,
            Addresses = Policy.Lists == ListSharing.Exporters && request.Raw is null ? OwnerOf(NextMapping, attachment) : null,
            Windows = path == PeerPath.Pages ? attachment.SeenThrough : default,
        };
        return path == PeerPath.BusAddress || (!attachment.IsTranslated && Reaches(attachment, Storage!, cut)) ? before.Taken(Hold(mapping))
            : CheckUnreached(attachment, Storage!, cut, request.Options) is { } unreached
            ? before.Taken(Transition.Refuse(this, unreached.ExplainUnstated(attachment.Unstated)))
            : AskFor(before, attachment, mapping);
    }

    private CommandQuestion.NeedsTranslation AskFor(DmaBuffer before, Attachment attachment, Mapping mapping) => new(
        new(
            Of(NextMapping), attachment.Device, attachment.Iommu, attachment.BusMmu, mapping.Storage, SizeBytes, mapping.MadeUnder,
            mapping.IsOfRanges ? RangeLimits : attachment.Takes, attachment.HighestAddress)
        {
            ChecksCount = ChecksLimits && !mapping.IsOfRanges,
            Options = mapping.Options,
            Space = mapping.Options.HasFlag(MapOptions.OwnSpace) ? attachment.Name : null,
            Windows = attachment.SeenThrough,
            Pci = attachment.Traits.HasFlag(AttachmentTraits.Pci),
            MinAlignMask = attachment.MinAlignMask,
            Pool = attachment.Pool,
            Contiguous = attachment.Traits.HasFlag(AttachmentTraits.Contiguous),
        },
        mapped => before.Taken(mapped.TryGetValue(out var held)
            ? Hold(mapping with { Mapped = held, SteeredBy = mapping.IsOfRanges ? RangeLimits : attachment.Takes })
            : Transition.Refuse(this, ExplainMask(mapped.Refusal!, attachment))));

    /// <summary>
    /// The outcome of a map or of raw access. When the map that allocated the first storage is refused, that storage is given back; an
    /// exporter that ignores constraints keeps it, as mainline exporters do.
    /// </summary>
    /// <param name="step">The outcome, with the storage in place.</param>
    private Transition Taken(Transition step)
    {
        var next = step.Reply.IsGranted || Storage is not null || Policy.Constraints == ConstraintModel.None
            ? step.Next
            : step.Next.WithoutFirstStorage();
        return step with { Next = next, ChangesState = !ReferenceEquals(next, this) };
    }

    /// <summary>Owes back the pages allocated for a first map that was refused, so that later attaches find a buffer without storage.</summary>
    private DmaBuffer WithoutFirstStorage()
    {
        var next = (this with
        {
            Storage = null,
            Cpu = CpuOwnership.Fresh,
            Generation = Generation + 1,
            Superseded = Superseded.Add(Generation),
        }).Placed();
        next.AssertInvariants(this);
        return next;
    }

    private static AddressOwner OwnerOf(ulong mapping, Attachment attachment) =>
        new(mapping, attachment.Device, attachment.Iommu, attachment.BusMmu) { Windows = attachment.SeenThrough };

    /// <summary>Hands out a list that was mapped for another device; EIO when parts of it are bounced and this map accepts no bounce.</summary>
    private Transition HandOut(Mapping known, Mapping mapping)
    {
        if ((mapping.Options & NoCopy) != MapOptions.None && known.Mapped is { Bounces.IsEmpty: false })
        {
            return Transition.Refuse(this, new(
                Errno.EIO, HolderOf(mapping), "Options", null, null,
                $"The shared list of {Name} contains copies, but this map accepts none."));
        }

        return Hold(mapping with
        {
            Mapped = known.Mapped,
            MadeUnder = known.MadeUnder,
            SteeredBy = known.SteeredBy,
            Windows = known.Windows,
            Addresses = known.Addresses ?? OwnerOf(known.Sequence, AttachmentOf(known)),
        });
    }

    private Mapping MappingOf(BackingStorage storage, AccessRequest request)
    {
        var attachment = Attached(request.Attachment);
        return new(request.Name, request.Attachment, request.Direction, SizeBytes, CutUnder(request, attachment, storage), storage)
        {
            Access = request.Access,
            Windows = request.Access == BufferAccess.Map ? attachment.SeenThrough : default,
            Options = request.Options,
            Sequence = NextMapping,
            Raw = request.Raw,
            IsCoherent = attachment.Traits.HasFlag(AttachmentTraits.Coherent),
        };
    }

    /// <summary>The limits under which the requested list is cut.</summary>
    /// <remarks>The only place that chooses between <see cref="CutFor"/> and <see cref="CutOf"/>.</remarks>
    private DmaConstraints CutUnder(AccessRequest request, Attachment attachment, BackingStorage storage) => request.Raw is { } raw
        ? CutOf(Mappings.Find(raw)!, attachment)
        : CutFor(attachment, storage);

    /// <summary>Adds a mapping, its costs and its hazards.</summary>
    private Transition Hold(Mapping mapping)
    {
        var attachment = AttachmentOf(mapping);
        var table = mapping.ToTable();
        mapping.AssertInvariants(table);
        if (TooManyPerLine(mapping, table, attachment) is { } refusal)
        {
            return RefuseHolding(mapping, refusal);
        }

        mapping = mapping with { Turn = FirstTurnOf(mapping) };
        var buildsList = BuildsList(mapping, attachment);
        var next = (this with
        {
            Mappings = Mappings.With(mapping),
            NextMapping = NextMapping + 1,
            Attachments = attachment.HasList || !buildsList || mapping.Raw is not null
                ? Attachments
                : Attachments.With(attachment with { HasList = true }),
            Costs = CostsWith(mapping, buildsList),
        }).RecordHazardsOf(mapping, table, attachment);
        return Transition.Grant(this, mapping.HandsOver ? next.OwnedByDevice(mapping) : next, mapping);
    }

    private BufferCosts CostsWith(Mapping mapping, bool buildsList)
    {
        var costs = buildsList ? Costs with { ListsBuilt = Costs.ListsBuilt + 1 } : Costs;
        return mapping is { Mapped.Bounces: { IsEmpty: false } bounces, MadeAddresses: true }
            ? costs with
            {
                Bounces = costs.Bounces + (ulong)bounces.Length,
                BytesBounced = bounces.Aggregate(costs.BytesBounced, (sum, bounce) => sum + bounce.Slots.LengthBytes),
            }
            : costs;
    }

    /// <summary>Refuses a map after MMUs or the pool gave something. That is owed back, so this refusal changes the buffer, but nothing else.</summary>
    private Transition RefuseHolding(Mapping mapping, Refusal refusal)
    {
        if (mapping.Mapped is null || !mapping.MadeAddresses)
        {
            return Transition.Refuse(this, refusal);
        }

        var next = this with { NextMapping = NextMapping + 1, Unmapped = Unmapped.Add(mapping.Sequence) };
        next.AssertInvariants(this);
        return new(next, true, DmaResult.Refuse<DmaReply>(refusal));
    }

    private const MapOptions KnownOptions =
        MapOptions.NoBounce | MapOptions.RequireCoherent | MapOptions.DeferFlush | MapOptions.OwnSpace;

    /// <summary>With any of these a map accepts no copies.</summary>
    private const MapOptions NoCopy = MapOptions.NoBounce | MapOptions.RequireCoherent;

    /// <summary>Whether a list has to be built: by the exporter, or by the importer from page frame numbers.</summary>
    private bool BuildsList(Mapping mapping, Attachment attachment) => mapping.Raw is { } raw
        ? Mappings.Find(raw)!.Access == BufferAccess.Pfns
        : mapping.Access != BufferAccess.Pfns && BuildsList(attachment);

    private bool BuildsList(Attachment attachment) => Policy.Lists switch
    {
        ListSharing.PerMap or ListSharing.Own => true,
        ListSharing.PerAttachment => !attachment.HasList,
        ListSharing.Shared or ListSharing.Exporters => !Attachments.Sum.HasList,
        _ => throw new InvalidOperationException("An unknown policy was not refused."),
    };

    internal CommandStep GiveBack(string name, BufferAccess access)
    {
        if (Mappings.Find(name) is not { } mapping)
        {
            return Transition.Refuse(this, Errno.EINVAL, "Mapping", $"{Name} has no mapping {Quote(name)}.");
        }

        if (mapping.Access != access)
        {
            return Transition.Refuse(
                this, Errno.EINVAL, "Mapping", $"{name} of {Name} was taken as {WordOf(mapping.Access)}, not as {WordOf(access)}.");
        }

        if (access != BufferAccess.Map && Mappings.FirstOrDefault(live => live.Raw == name) is { } live)
        {
            return Transition.Refuse(this, new(
                Errno.EBUSY, HolderOf(mapping), "Mapping", 0, 1,
                $"{HolderOf(mapping)} has {name} of {Name} mapped as {live.Name}; unmap before giving it back."));
        }

        return mapping.Mapped is { IsPerContext: true } && IsLastToHold(mapping) ? AskFor(mapping) : EndMapping(mapping);
    }

    /// <summary>A mapping can end only in the contexts in which it was made.</summary>
    private CommandQuestion.NeedsContext AskFor(Mapping mapping) => new(
        Of(mapping.HeldAs), elsewhere => elsewhere is null ? EndMapping(mapping) : Transition.Refuse(this, elsewhere));

    /// <summary>Ends a mapping; the last one moves the storage for an importer that waits for it.</summary>
    /// <remarks>Not the only place that moves storage: see <see cref="Take(AccessRequest)"/>.</remarks>
    private CommandStep EndMapping(Mapping mapping) => MovesAfterLast ? AskForMove(mapping) : Transition.Grant(this, Without(mapping).WithoutStorageWhenRevoked());

    private CommandQuestion.NeedsMemory AskForMove(Mapping mapping) => new(
        MoveRequest,

        // Without memory to move to, the waiting importer is refused at its map; the others go on.
        allocation => Transition.Grant(this, allocation.TryGetValue(out var storage) ? Without(mapping).MovedTo(storage) : Without(mapping)));

    private DmaBuffer Without(Mapping mapping)
    {
        var isHeldOn = !IsLastToHold(mapping);
        var ended = this with
        {
            Mappings = Mappings.Without(mapping.Name),
            Unmapped = mapping.Mapped is null || isHeldOn ? Unmapped : Unmapped.Add(mapping.HeldAs),
        };
        ended = isHeldOn ? ended : ended.RecordHazard(LeftBehindBy(mapping));
        return mapping.HandsOver ? ended.LeftByDevice(mapping) : ended;
    }

    private static string WordOf(BufferAccess access) => access switch
    {
        BufferAccess.Scatterlist => "a raw scatterlist",
        BufferAccess.Pfns => "page frame numbers",
        _ => "a mapping",
    };

    /// <summary>A revoked buffer without mappings owes its pages.</summary>
    /// <remarks>The only place that decides when a revoked buffer loses its pages.</remarks>
    private DmaBuffer WithoutStorageWhenRevoked() => IsRevoked && Mappings.IsEmpty && Storage is not null
        ? this with { Storage = null, Generation = Generation + 1, Superseded = Superseded.Add(Generation) }
        : this;

    /// <summary>Decides a map or raw access without asking memory; null when it goes on.</summary>
    /// <remarks>
    /// The only place for what needs no memory. Afterwards refuse, in this order: memory, <see cref="CheckPeerDirection"/>,
    /// <see cref="CheckUnreached"/>, the MMUs or the pool, and <c>TooManyPerLine</c>.
    /// </remarks>
    private Transition? CheckTake(AccessRequest request)
    {
        if (ModelName.Check(request.Name, "Mapping") is { } bad)
        {
            return Transition.Refuse(this, bad);
        }

        if (CheckDirection(request.Direction) is { } direction)
        {
            return Transition.Refuse(this, direction);
        }

        if ((request.Options & ~KnownOptions) != MapOptions.None)
        {
            return Transition.Refuse(
                this, Errno.EINVAL, "Options", $"Options {(int)request.Options} have bits without a meaning.");
        }

        if (Mappings.Find(request.Name) is { } mapping)
        {
            var isSame = mapping.Attachment == request.Attachment && mapping.Direction == request.Direction
                && mapping.Access == request.Access && mapping.Options == request.Options && mapping.Raw == request.Raw;
            return isSame
                ? Transition.GrantUnchanged(this, mapping)
                : Transition.Refuse(
                    this, Errno.EEXIST, "Mapping",
                    $"Mapping {request.Name} of {Name} already exists, for {mapping.Attachment} and {WordOf(mapping.Direction)}.");
        }

        if (request.Raw is { } raw && CheckRaw(raw) is { } unusable)
        {
            return Transition.Refuse(this, unusable);
        }

        if (Attachments.Find(request.Attachment) is not { } attachment)
        {
            return Transition.Refuse(this, UnknownAttachment(request.Attachment));
        }

        if (IsRevoked)
        {
            return Transition.Refuse(this, Revoked(attachment.Device));
        }

        if ((CheckAccess(attachment, request.Access) ?? CheckPeerRoute(attachment, request.Access) ?? CheckOptions(attachment, request.Options)) is { } unreachable)
        {
            return Transition.Refuse(this, unreachable);
        }

        if (attachment.IsPending && Policy.Pinned)
        {
            return Transition.Refuse(this, new(
                Errno.EBUSY, attachment.Device, nameof(ExporterPolicy.Pinned), null, null,
                $"The storage of {Name} would have to move for {attachment.Device}, but its exporter has pinned it."));
        }

        if (attachment.IsPending && !Mappings.IsEmpty)
        {
            return Transition.Refuse(this, new(
                Errno.EAGAIN, attachment.Device, nameof(Mappings), 0, (ulong)Mappings.Length,
                $"The storage of {Name} moves for {attachment.Device} once it is no longer mapped; {Counted.Of((ulong)Mappings.Length, "mapping")} to go."));
        }

        return Mappings.Length == MappingsMax
            ? Transition.Refuse(this, new(
                Errno.ENOSPC, null, nameof(Mappings), MappingsMax + 1, MappingsMax,
                $"{Name} has {MappingsMax} live mappings, the maximum."))
            : null;
    }
}
