using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;

namespace DmaGrains.Analysis.Advising;

/// <summary>One way to get a buffer: who exports it, for whom it is allocated, and from which memory.</summary>
/// <param name="Exporter">A device; null for a heap, and for any exporter that allocates for all.</param>
/// <param name="Allocates">For whom it allocates.</param>
/// <param name="Memory">The regions that it names; none means the exporter's own area, or else system RAM and contiguous areas.</param>
internal sealed record Candidate(string? Exporter, AllocatesFor Allocates, NameList Memory)
{
    /// <summary>Every candidate for a request; of an exporter that has to export and may not, those that say why.</summary>
    public static IEnumerable<Candidate> Of(AdviceRequest request)
    {
        var all = request.Exporter is { } pinned
            ? OfDevice(pinned, request.Board)
            : OfAnybody(request.Board, request.Sharing, Page.CountFor(request.SizeBytes));
        var possible = all.Where(candidate => candidate.Exporter is not { } exporter || request.MayExport(exporter, candidate.Memory)).ToList();
        return possible.Count == 0 ? all : possible;
    }

    /// <summary>The candidate's policy. It accounts for IOMMUs (thread #6, #57), and bounces pages out of reach, as the DMA API does.</summary>
    /// <param name="cutsForEach">Whether it cuts a separate list for importers that its list does not suit.</param>
    public ExporterPolicy PolicyThat(bool cutsForEach) => new()
    {
        Constraints = ConstraintModel.Translated,
        Bouncing = true,
        LateAttach = cutsForEach ? LateAttach.Resplit : LateAttach.RefuseStricter,
        Allocation = Allocates switch
        {
            AllocatesFor.ForItself => AllocationTime.AtFirstAttach,
            AllocatesFor.ForNobody => AllocationTime.AtExport,
            AllocatesFor.ForAll => AllocationTime.AtFirstMap,
            _ => throw new ArgumentOutOfRangeException(nameof(cutsForEach)),
        },
    };

    /// <summary>The policy as scenario files write it, without defaults.</summary>
    /// <param name="cutsForEach">Whether it cuts a separate list for importers that its list does not suit.</param>
    public string PolicyTextThat(bool cutsForEach)
    {
        var allocation = Allocates switch
        {
            AllocatesFor.ForItself => "allocation: first-attach, ",
            AllocatesFor.ForNobody => "allocation: export, ",
            _ => string.Empty,
        };
        return $"{{constraints: translated, {allocation}{(cutsForEach ? "late_attach: resplit, " : string.Empty)}bouncing: true}}";
    }

    /// <summary>The candidates of a fixed exporter, which may name any memory except that of other devices.</summary>
    private static IEnumerable<Candidate> OfDevice(string device, BoardDefinition board)
    {
        NameList[] memory =
        [
            default,
            .. Named(board).Where(region => IsOpenTo(region, device) && !IsUnnamedOf(region, device, board)).Select(region => new NameList(region.Name)),
        ];
        return memory.Select(names => new Candidate(device, AllocatesFor.ForItself, names))
            .Concat(memory.Select(names => new Candidate(device, AllocatesFor.ForAll, names)));
    }

    private static IEnumerable<Candidate> OfAnybody(BoardDefinition board, IEnumerable<string> devices, ulong pages) =>
    [
        .. devices.Select(device => new Candidate(device, AllocatesFor.ForItself, default)),
        .. devices.SelectMany(device => Named(board)
            .Where(region => (region.IsOwnOf(device) || region.Users.Names.Contains(device)) && !IsUnnamedOf(region, device, board))
            .Select(region => new Candidate(device, AllocatesFor.ForItself, new(region.Name)))),
        .. Heaps(board, pages).Select(names => new Candidate(null, AllocatesFor.ForNobody, names)),
        new(null, AllocatesFor.ForAll, default),
        .. Named(board).SelectMany(region => ExportersFrom(region, devices).Select(exporter => new Candidate(exporter, AllocatesFor.ForAll, new(region.Name)))),
    ];

    /// <summary>Whether a device may export from a region that it names.</summary>
    private static bool IsOpenTo(MemoryRegionLayout region, string device) =>
        (region.Kind != MemoryKind.Vram || region.IsOwnOf(device)) && (region.Users.IsEmpty || region.Users.Names.Contains(device));

    /// <summary>Whether a device's buffers lie in a region, its own, without naming it.</summary>
    private static bool IsUnnamedOf(MemoryRegionLayout region, string device, BoardDefinition board) =>
        !region.Users.IsEmpty && NamedRegions.AreasOf(board.Devices.First(known => known.Name == device), board.Memory) is [var own] && own == region;

    /// <summary>Who would export from a region: its device, those importers whose own it is, or anybody.</summary>
    private static IEnumerable<string?> ExportersFrom(MemoryRegionLayout region, IEnumerable<string> devices) =>
        region.Users.IsEmpty ? [region.Device] : (IEnumerable<string?>)devices.Intersect(region.Users.Names);

    /// <summary>
    /// The memory of heaps: the system heap, with zones from the highest down; vendors' heaps of a single zone; and every region that is
    /// its own heap.
    /// </summary>
    /// <remarks>The system heap allocates from the first zone with enough room, so a heap of that zone alone would be a duplicate.</remarks>
    private static IEnumerable<NameList> Heaps(BoardDefinition board, ulong pages)
    {
        var zones = board.Memory
            .Where(region => region.Kind == MemoryKind.System)
            .OrderByDescending(region => region.Range.FirstPfn)
            .ToList();
        return (zones.Count == 0 ? [] : (NameList[])[new(zones.Select(zone => zone.Name))])
            .Concat(zones.Where(zone => zone.Range.PageCount - zone.ReservedPageCount >= pages).Skip(1).Select(zone => new NameList(zone.Name)))
            .Concat(Named(board).Where(region => region.Kind != MemoryKind.Vram && region.Users.IsEmpty).Select(region => new NameList(region.Name)));
    }

    private static IEnumerable<MemoryRegionLayout> Named(BoardDefinition board) => board.Memory
        .Where(region => region.Kind != MemoryKind.System && region.Kind.HoldsBuffers())
        .OrderBy(region => region.Kind);
}
