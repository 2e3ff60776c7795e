using System.Collections.Immutable;
using DmaGrains.Model.Coherency;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Translation;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>
/// A shared buffer: its importers, their combined constraints, and the storage, which the first map allocates by default. Immutable: each
/// command gives the next buffer and a reply. Do not compare with <c>==</c>: it holds collections.
/// </summary>
/// <remarks>Source: struct dma_buf and thread #0, #4 to #6, #59; <c>docs/errors.md</c> has the order of the checks.</remarks>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.buffer")]
public sealed partial record DmaBuffer
{
    /// <summary>The most attachments at a time.</summary>
    public const int AttachmentsMax = 4096;

    /// <summary>The most live mappings at a time.</summary>
    public const int MappingsMax = 4096;

    private DmaBuffer(BufferExport export, uint generation, ImmutableArray<MemoryRegionLayout> regions)
    {
        Origin = export;
        Generation = generation;
        Regions = regions;
        PageOrder = regions.IsEmpty ? 0 : regions[0].PageOrder;
    }

    /// <summary>The export that created the buffer.</summary>
    [Id(0)]
    public BufferExport Origin { get; private init; }

    /// <summary>Counts the storages under the buffer's name. It grows when the storage moves and when the name is exported again.</summary>
    [Id(1)]
    public uint Generation { get; private init; }

    /// <summary>The running union: what every attached importer allows.</summary>
    [Id(2)]
    public DmaConstraints Constraints { get; private init; } = DmaConstraints.Unconstrained;

    /// <summary>The attachments, ordered by name.</summary>
    [Id(3)]
    public NamedList<Attachment, AttachmentSum> Attachments { get; private init; }

    /// <summary>The live mappings and raw accesses, ordered by name.</summary>
    [Id(4)]
    public NamedList<Mapping, DeviceUses> Mappings { get; private init; }

    /// <summary>The pages; null while nothing is allocated.</summary>
    [Id(5)]
    public BackingStorage? Storage { get; private init; }

    /// <summary>Whether the exporter has released the buffer.</summary>
    [Id(6)]
    public bool IsReleased { get; private init; }

    /// <summary>Whether the buffer is gone and everything that it owed has been given back.</summary>
    [Id(7)]
    public bool IsFreed { get; private init; }

    /// <summary>The next attachment's <see cref="Attachment.Sequence"/>.</summary>
    [Id(8)]
    public uint NextSequence { get; private init; }

    /// <summary>
    /// What went wrong silently: each kind, device and limit once, in the order of first occurrence. Bounded by
    /// <see cref="Hazard.EachMax"/>.
    /// </summary>
    [Id(9)]
    public ImmutableArray<Hazard> Hazards { get; private init; } = [];

    /// <summary>What the buffer has cost so far.</summary>
    [Id(10)]
    public BufferCosts Costs { get; private init; }

    /// <summary>Generations whose pages are to be given back, because the storage moved or its map was refused.</summary>
    [Id(11)]
    public ImmutableArray<uint> Superseded { get; private init; } = [];

    /// <summary>Whether the exporter has revoked the buffer.</summary>
    [Id(12)]
    public bool IsRevoked { get; private init; }

    /// <summary>The regions that <see cref="BufferExport.Memory"/> names, in that order; if it names none, the exporter's own area, where it has one.</summary>
    [Id(13)]
    public ImmutableArray<MemoryRegionLayout> Regions { get; private init; }

    /// <summary>Who owns the buffer, CPU or devices, and the state of the CPU's caches (thread #32).</summary>
    [Id(14)]
    public CpuOwnership Cpu { get; private init; } = CpuOwnership.Fresh;

    /// <summary>The next mapping's <see cref="Mapping.Sequence"/>.</summary>
    [Id(15)]
    public ulong NextMapping { get; private init; }

    /// <summary>Ended mappings whose addresses and bounces are to be given back.</summary>
    [Id(16)]
    public ImmutableArray<ulong> Unmapped { get; private init; } = [];

    /// <summary>Whether a device behind an MMU ever attached to this buffer or to an earlier one of its name.</summary>
    [Id(17)]
    public bool HasHadTranslated { get; private init; }

    /// <summary>The exporting device as it was at the export, where the policy hands out its addresses; else null.</summary>
    [Id(21)]
    public Device? Exporter { get; private init; }

    /// <summary>The page order of the board's kernel: 0, 2 or 4 for 4, 16 or 64 KiB. Lists consist of whole kernel pages.</summary>
    [Id(22)]
    public int PageOrder { get; private init; }

    /// <summary>How the exporter treats its importers.</summary>
    public ExporterPolicy Policy => Origin.Policy;

    /// <summary>Its name.</summary>
    public string Name => Origin.Name;

    /// <summary>Its size in bytes.</summary>
    public ulong SizeBytes => Origin.SizeBytes;

    /// <summary>Identifies the storage, allocated or not.</summary>
    public AllocationToken Token => new(Name, Generation);

    /// <summary>Whether the buffer is released and its last importer has detached.</summary>
    /// <remarks>The only place that says when a buffer is gone.</remarks>
    public bool IsReleasedByAll => IsReleased && Attachments.IsEmpty;

    /// <summary>
    /// The allocations to give back to the board's memory now; giving back twice does no harm. A gone buffer also owes the next generation,
    /// because an interrupted migration may have requested it.
    /// </summary>
    /// <remarks>
    /// The only place that says which pages are owed. Why: a release, a revoke, a move, or a first map that was refused
    /// (<see cref="Superseded"/>).
    /// </remarks>
    public ImmutableArray<AllocationToken> OwedTokens =>
        IsReleasedByAll && !IsFreed ? [.. Superseded.Select(Of), Token, Of(Generation + 1)]
        : Superseded.IsEmpty ? []
        : [.. Superseded.Select(Of)];

    /// <summary>What its live mappings hold of MMUs and the bounce pool, in order; mappings that share addresses hold them once.</summary>
    public IEnumerable<MapToken> HeldMappings => Mappings
        .Where(mapping => mapping.Mapped is { IsNothing: false })
        .Select(mapping => Of(mapping.HeldAs))
        .Distinct()
        .OrderBy(token => token.Sequence);

    /// <summary>The mappings to give back to the board's MMUs and bounce pool now; giving back twice does no harm.</summary>
    /// <remarks>The only place that says which addresses are owed, but for <see cref="OwesAllMappings"/>.</remarks>
    public ImmutableArray<MapToken> OwedMappings => Unmapped.IsEmpty ? [] : [.. Unmapped.Select(Of)];

    /// <summary>
    /// Whether the MMUs and the bounce pool have to take back everything held for this buffer: true once it is gone, because an interrupted
    /// map may hold more than the buffer knows.
    /// </summary>
    /// <remarks>The only place that decides this.</remarks>
    public bool OwesAllMappings => IsReleasedByAll && !IsFreed && MayHoldMappings;

    private bool MayHoldMappings => HasHadTranslated || Policy.Bouncing || Policy.Lists == ListSharing.Exporters;

    /// <summary>Whether the buffer owes pages or addresses.</summary>
    public bool IsInDebt => !OwedTokens.IsEmpty || !Unmapped.IsEmpty;

    /// <summary>A fresh buffer without storage.</summary>
    /// <param name="export">What the exporter says.</param>
    /// <param name="generation">The generation of its first storage.</param>
    /// <param name="regions">The regions that the exporter names.</param>
    /// <returns>What <see cref="BufferExport.Check"/> answers.</returns>
    public static DmaResult<DmaBuffer> Export(
        BufferExport export, uint generation = 0, params ImmutableArray<MemoryRegionLayout> regions)
    {
        if (export.Check() is { } refusal)
        {
            return DmaResult.Refuse<DmaBuffer>(refusal);
        }

        var buffer = new DmaBuffer(export, generation, regions);
        buffer.AssertInvariants();
        return DmaResult.Grant(buffer);
    }

    /// <summary>
    /// A fresh buffer under the name of one that is gone. It reuses none of that one's tokens, including those of the next storage and the
    /// next mapping, which an interrupted command may have requested.
    /// </summary>
    /// <param name="gone">The earlier buffer, given back.</param>
    /// <param name="export">What the exporter says.</param>
    /// <param name="regions">The regions that the exporter names.</param>
    /// <param name="least">The lowest generation that it may begin with.</param>
    public static DmaResult<DmaBuffer> ExportAfter(
        DmaBuffer gone, BufferExport export, ImmutableArray<MemoryRegionLayout> regions, uint least = 0)
    {
        Invariant.Holds(gone.IsFreed);
        var exported = Export(export, BufferExports.GenerationOf(gone, least), regions);
        return exported.TryGetValue(out var buffer)
            ? DmaResult.Grant(buffer with { NextMapping = gone.NextMapping + 1, HasHadTranslated = gone.HasHadTranslated })
            : exported;
    }

    /// <summary>Whether its policy hands out addresses of the exporting device.</summary>
    internal bool NeedsItsExporter => Policy.Lists == ListSharing.Exporters && Origin.Exporter is not null;

    /// <summary>Sets the exporting device, whose addresses the policy hands out.</summary>
    internal DmaBuffer ExportedBy(Device? exporter) => this with { Exporter = exporter };

    /// <summary>The buffer on a board with pages of that order.</summary>
    internal DmaBuffer OnPagesOf(int order) => order == PageOrder ? this : this with { PageOrder = order };

    /// <summary>The buffer after a failed export: gone, and owing nothing.</summary>
    /// <remarks>With <see cref="Settled"/> the only place where a buffer is gone and its name can be exported again.</remarks>
    public DmaBuffer ExportFailed()
    {
        Invariant.Holds(Attachments.IsEmpty && Storage is null);
        return this with { IsReleased = true, IsFreed = true };
    }

    /// <summary>
    /// Begins a command. It asks for each missing fact at most once, and only when the known facts do not decide it already;
    /// <c>docs/errors.md</c> has the order.
    /// </summary>
    /// <param name="command">What is asked.</param>
    /// <remarks>The only place where commands begin: <see cref="DmaCommand.BeginOn"/> leads to the method that decides.</remarks>
    public CommandStep Begin(DmaCommand command) => command.BeginOn(this);

    /// <summary>The buffer with other importers and mappings, unchecked. For storage, which keeps them apart from the buffer.</summary>
    public DmaBuffer WithLists(NamedList<Attachment, AttachmentSum> attachments, NamedList<Mapping, DeviceUses> mappings) =>
        this with { Attachments = attachments, Mappings = mappings };

    /// <summary>Notes that the board has taken back <see cref="OwedTokens"/> and <see cref="OwedMappings"/>.</summary>
    /// <remarks>
    /// The only place where its pages and addresses are no longer its own, but for <see cref="ExportFailed"/>, which owes nothing. Once it
    /// is released by all, its name can be exported again.
    /// </remarks>
    public DmaBuffer Settled()
    {
        Invariant.Holds(IsInDebt);
        return IsReleasedByAll
            ? this with { Storage = null, IsFreed = true, Superseded = [], Unmapped = [] }
            : this with { Superseded = [], Unmapped = [] };
    }

    /// <summary>The importing devices, each once.</summary>
    public ImmutableArray<string> ImportingDevices => [.. Attachments.Select(attachment => attachment.Device).Distinct()];

    /// <summary>Computes the union from the devices' present parameters; changes nothing.</summary>
    /// <param name="devices">The present devices, at least <see cref="ImportingDevices"/>; those that the board no longer has are missing.</param>
    /// <returns>
    /// ENODEV when a device is gone; EINVAL when the current parameters have no common constraints (thread #0) or leave the buffer
    /// without a list (thread #5, #11).
    /// </returns>
    public DmaResult<RecalculatedUnion> Recalculate(IReadOnlyDictionary<string, Device> devices)
    {
        var current = new List<(string Importer, DmaConstraints Demand)>();
        string? changed = null;
        foreach (var attachment in Attachments)
        {
            if (!devices.TryGetValue(attachment.Device, out var device))
            {
                return DmaResult.Refuse<RecalculatedUnion>(NoDevice(attachment.Device));
            }

            var demand = Policy.DemandOf(device, Origin.ReadWith);
            current.Add((attachment.Device, demand));
            changed ??= demand == attachment.Demand ? null : attachment.Device;
        }

        var union = ConstraintUnion.Recalculate(current);
        return !union.TryGetValue(out var recalculated)
            ? DmaResult.Refuse<RecalculatedUnion>(union.Refusal!)
            : changed is not null && !ListsExist(recalculated, current.Select(importer => importer.Demand))
            ? DmaResult.Refuse<RecalculatedUnion>(NoLongerRepresentable(changed, recalculated))
            : DmaResult.Grant(new RecalculatedUnion(Constraints, recalculated, changed));
    }

    /// <summary>Checks the buffer's invariants. Runs on every new state and on every stored one.</summary>
    /// <param name="checkedBefore">An earlier, checked state of the buffer: importers and mappings in it are not checked again. Null to check all.</param>
    /// <remarks>
    /// The only place for a buffer; <c>BoardCheck</c> compares buffers with each other and with what the board holds for them.
    /// </remarks>
    public void AssertInvariants(DmaBuffer? checkedBefore = null)
    {
        var before = ReferenceEquals(checkedBefore?.Origin, Origin) ? checkedBefore : null;
        AssertImporters(before);
        if (!Mappings.IsEmpty || before is { Mappings.IsEmpty: false })
        {
            AssertMappings(before);
        }

        Invariant.Holds(
            (before is not null && before.Regions == Regions)
            || Regions.Select(region => region.Name).SequenceEqual(Origin.Memory.Names)
            || BufferExports.IsOwnArea(Regions, Origin));
        Invariant.Holds(Superseded.IsEmpty || !Superseded.Contains(Generation));
        Invariant.Holds(Storage is null || (Storage.PageOrder == PageOrder && Storage.PageCount == Page.CountFor(SizeBytes, PageOrder)));
        Invariant.Holds(Regions.Length < 2 || Storage is null || Lies.All(region => region.Kind.HasStructPages() == Lies[0].Kind.HasStructPages()));
        Invariant.Holds(!IsFreed || (IsReleasedByAll && Storage is null));
        Invariant.Holds(!IsRevoked || Storage is null || !Mappings.IsEmpty);
    }

    private void AssertImporters(DmaBuffer? before)
    {
        var attached = before is null ? default : before.Attachments;
        if (before is not null && attached == Attachments && before.Constraints == Constraints)
        {
            return;
        }

        Attachments.AssertInvariants(attached);

        // The posted patch let the running union drift, and did not check whether a list exists at all.
        Invariant.Holds(
            Attachments.Sum.Union == Constraints || Policy.RefusedAttach == RefusedAttach.LeftNarrowed || Policy.DetachReading == DetachReading.Now);

        // A shared list must satisfy the running union, a list of its own the importer's demand.
        Invariant.Holds(Attachments.IsEmpty || (Policy.HasOwnLists ? OwnListsExist(attached) : SharedListExists(Constraints)));

        if (!Mappings.IsEmpty)
        {
            AssertHeld(attached);
        }
    }

    /// <summary>A mapping keeps what it needs of its attachment.</summary>
    private void AssertHeld(NamedList<Attachment, AttachmentSum> attached)
    {
        foreach (var (was, now) in Attachments.ChangesSince(attached))
        {
            Invariant.Holds(
                was is null
                || (now is null ? MappedBy(was) == 0
                    : was.Device == now.Device && IsCoherent(was) == IsCoherent(now)));
        }
    }

    /// <summary>Earlier importers are checked again when the pages must now be one range.</summary>
    private bool OwnListsExist(NamedList<Attachment, AttachmentSum> before)
    {
        var union = Attachments.Sum.Union;
        var others = union.MaxSegmentCount == 1 && before.Sum.Union.MaxSegmentCount != 1 ? default : before;
        return ListsExist(union, Attachments.ChangesSince(others).Select(change => change.Now).OfType<Attachment>().Select(importer => importer.Demand));
    }

    private void AssertMappings(DmaBuffer? before)
    {
        var isSameStorage = before?.Storage?.Token == Storage?.Token;
        var known = before is null || !isSameStorage ? default : before.Mappings;
        Mappings.AssertInvariants(known);
        Invariant.Holds(!Cpu.IsWrittenBack || Mappings.IsEmpty || !Mappings.Sum.Any(use => use.IsOwed));
        foreach (var (was, mapping) in Mappings.ChangesSince(known))
        {
            if (mapping is null)
            {
                Invariant.Holds(was!.Access == BufferAccess.Map || !Mappings.Any(live => live.Raw == was.Name));
                continue;
            }

            var attached = Attachments.Find(mapping.Attachment);
            Invariant.Holds(attached is not null && mapping.IsCoherent == IsCoherent(attached));
            Invariant.Holds(mapping.Turn == MappingTurn.Device || MayHaveTurns(mapping));
            Invariant.Holds(mapping.Storage.Token == Storage?.Token);
            Invariant.Holds(mapping.Sequence < NextMapping && mapping.HeldAs < NextMapping && !Unmapped.Contains(mapping.HeldAs));
            Invariant.Holds(mapping.Mapped is null || MayHoldMappings);
            Invariant.Holds(mapping.MadeAddresses || Policy.SharesAddresses);
            Invariant.Holds(mapping.Raw is not { } raw || (Mappings.Find(raw) is { } taken && IsTakenBy(mapping.Attachment, taken)));
        }

        // Where each mapping has its own addresses, no other mapping holds those of an ended one.
        if (before is not null && Policy.SharesAddresses && before.Unmapped != Unmapped)
        {
            Invariant.Holds(!Mappings.Any(mapping => Unmapped.Contains(mapping.HeldAs)));
        }
    }

    private static bool IsCoherent(Attachment attachment) => attachment.Traits.HasFlag(AttachmentTraits.Coherent);

    /// <summary>Only a live mapping of a device that does not snoop can owe cache work, and only while nothing has cleaned the caches since.</summary>
    private static bool MayHaveTurns(Mapping mapping) =>
        mapping.HandsOver && !mapping.IsCoherent
        && (mapping.Turn == MappingTurn.Cpu || mapping.Options.HasFlag(MapOptions.DeferFlush));

    private Refusal NoLongerRepresentable(string changed, DmaConstraints recalculated) => new(
        Errno.EINVAL, changed, nameof(SizeBytes), SizeBytes, null,
        $"Since {changed} has changed, no list can hold {Name} of {SizeBytes} bytes under {recalculated}.");

    private AllocationToken Of(uint generation) => new(Name, generation);

    private MapToken Of(ulong mapping) => new(Name, mapping);

    private Refusal Revoked(string importer) => new(
        Errno.ENODEV, importer, "Buffer", null, null, $"{Name} was revoked by its exporter.");

    /// <summary>ENODEV: the board has no device of that name.</summary>
    public static Refusal NoDevice(string? device) => new(
        Errno.ENODEV, ModelName.IsValid(device) ? device : null, "Device", null, null,
        $"The board has no device {ModelName.Quoted(device)}.");

    /// <summary>The attachment of a mapping; it cannot be detached before.</summary>
    private Attachment AttachmentOf(Mapping mapping) => Attached(mapping.Attachment);

    private Attachment Attached(string attachment)
    {
        var attached = Attachments.Find(attachment);
        Invariant.Holds(attached is not null);
        return attached!;
    }
}
