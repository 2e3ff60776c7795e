using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Memory;

namespace DmaGrains.Scenarios.Advising;

/// <summary>One way to get a buffer: who exports it, for whom it is allocated, and of what memory.</summary>
/// <param name="Exporter">A device; null for a heap, and for any exporter that allocates for all.</param>
/// <param name="Allocates">For whom it allocates.</param>
/// <param name="Memory">The regions that it names; none is system RAM and contiguous areas.</param>
internal sealed record Candidate(string? Exporter, Allocating Allocates, NameList Memory)
{
    /// <summary>Every way on a board for those that share the buffer.</summary>
    public static IEnumerable<Candidate> Of(AdviceRequest request) => request.Exporter is { } pinned
        ? OfDevice(pinned, request.Board)
        : OfAnybody(request.Board, request.Sharing);

    /// <summary>A device that has to export: it may be able to name any memory but that of others.</summary>
    private static IEnumerable<Candidate> OfDevice(string device, BoardDefinition board)
    {
        NameList[] memory =
        [
            default,
            .. Named(board).Where(region => region.Kind != MemoryKind.Vram || region.IsOwnOf(device)).Select(region => new NameList(region.Name)),
        ];
        return memory.Select(names => new Candidate(device, Allocating.ForItself, names))
            .Concat(memory.Select(names => new Candidate(device, Allocating.ForAll, names)));
    }

    private static IEnumerable<Candidate> OfAnybody(BoardDefinition board, IEnumerable<string> devices) =>
    [
        .. devices.Select(device => new Candidate(device, Allocating.ForItself, default)),
        .. devices.SelectMany(device => Named(board)
            .Where(region => region.IsOwnOf(device))
            .Select(region => new Candidate(device, Allocating.ForItself, new(region.Name)))),
        .. Heaps(board).Select(names => new Candidate(null, Allocating.ForNobody, names)),
        new(null, Allocating.ForAll, default),
        .. Named(board).Select(region => new Candidate(region.Device, Allocating.ForAll, new(region.Name))),
    ];

    /// <summary>What the system heap takes, zone by zone from the highest down, and every region that is a heap of its own.</summary>
    private static IEnumerable<NameList> Heaps(BoardDefinition board)
    {
        NameList system = new(board.Memory
            .Where(region => region.Kind == MemoryKind.System)
            .OrderByDescending(region => region.Range.FirstPfn)
            .Select(region => region.Name));
        return (system.IsEmpty ? [] : (NameList[])[system])
            .Concat(Named(board).Where(region => region.Kind != MemoryKind.Vram).Select(region => new NameList(region.Name)));
    }

    private static IEnumerable<MemoryRegionLayout> Named(BoardDefinition board) => board.Memory
        .Where(region => region.Kind is not (MemoryKind.System or MemoryKind.Bounce))
        .OrderBy(region => region.Kind);
}
