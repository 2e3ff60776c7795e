using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;

namespace DmaGrains.Analysis.Advising;

/// <summary>One way to get a buffer: who exports it, for whom it is allocated, and of what memory.</summary>
/// <param name="Exporter">A device; null for a heap, and for any exporter that allocates for all.</param>
/// <param name="Allocates">For whom it allocates.</param>
/// <param name="Memory">The regions that it names; none is system RAM and contiguous areas.</param>
internal sealed record Candidate(string? Exporter, AllocatesFor Allocates, NameList Memory)
{
    /// <summary>Every way on a board for those that share the buffer.</summary>
    public static IEnumerable<Candidate> Of(AdviceRequest request) => request.Exporter is { } pinned
        ? OfDevice(pinned, request.Board)
        : OfAnybody(request.Board, request.Sharing, Page.CountFor(request.SizeBytes))
            .Where(candidate => !request.Board.Devices.Any(device => device.NeverExports && device.Name == candidate.Exporter));

    /// <summary>
    /// What allocating for somebody means as a policy. IOMMUs count for what they do (thread #6, #57), and pages out of reach are
    /// bounced, as the DMA API does without asking.
    /// </summary>
    /// <param name="cutsForEach">Whether it cuts a list for whom its list does not suit.</param>
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

    /// <summary>That policy as a scenario file says it; what is the default goes without saying.</summary>
    /// <param name="cutsForEach">Whether it cuts a list for whom its list does not suit.</param>
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

    /// <summary>A device that has to export: it may be able to name any memory but that of others.</summary>
    private static IEnumerable<Candidate> OfDevice(string device, BoardDefinition board)
    {
        NameList[] memory =
        [
            default,
            .. Named(board).Where(region => region.Kind != MemoryKind.Vram || region.IsOwnOf(device)).Select(region => new NameList(region.Name)),
        ];
        return memory.Select(names => new Candidate(device, AllocatesFor.ForItself, names))
            .Concat(memory.Select(names => new Candidate(device, AllocatesFor.ForAll, names)));
    }

    private static IEnumerable<Candidate> OfAnybody(BoardDefinition board, IEnumerable<string> devices, ulong pages) =>
    [
        .. devices.Select(device => new Candidate(device, AllocatesFor.ForItself, default)),
        .. devices.SelectMany(device => Named(board)
            .Where(region => region.IsOwnOf(device))
            .Select(region => new Candidate(device, AllocatesFor.ForItself, new(region.Name)))),
        .. Heaps(board, pages).Select(names => new Candidate(null, AllocatesFor.ForNobody, names)),
        new(null, AllocatesFor.ForAll, default),
        .. Named(board).Select(region => new Candidate(region.Device, AllocatesFor.ForAll, new(region.Name))),
    ];

    /// <summary>
    /// What the system heap takes, zone by zone from the highest down; heaps of one zone, as vendors have them; and every region that is
    /// a heap of its own.
    /// </summary>
    /// <remarks>What the system heap gives comes from the first zone that has room, so a heap of that zone alone would be the same again.</remarks>
    private static IEnumerable<NameList> Heaps(BoardDefinition board, ulong pages)
    {
        var zones = board.Memory
            .Where(region => region.Kind == MemoryKind.System)
            .OrderByDescending(region => region.Range.FirstPfn)
            .ToList();
        return (zones.Count == 0 ? [] : (NameList[])[new(zones.Select(zone => zone.Name))])
            .Concat(zones.Where(zone => zone.Range.PageCount - zone.ReservedPageCount >= pages).Skip(1).Select(zone => new NameList(zone.Name)))
            .Concat(Named(board).Where(region => region.Kind != MemoryKind.Vram).Select(region => new NameList(region.Name)));
    }

    private static IEnumerable<MemoryRegionLayout> Named(BoardDefinition board) => board.Memory
        .Where(region => region.Kind is not (MemoryKind.System or MemoryKind.Bounce))
        .OrderBy(region => region.Kind);
}
