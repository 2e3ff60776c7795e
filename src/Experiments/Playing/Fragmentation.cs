using System.Collections.Immutable;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Memory;

namespace DmaGrains.Experiments.Playing;

/// <summary>
/// Tells whether an allocation fails by fragmentation alone: some region has enough free pages, and would give them if they lay together,
/// as they do when nothing is held.
/// </summary>
/// <param name="board">The board.</param>
internal sealed class Fragmentation(BoardDefinition board)
{
    private const int KnownMax = 4096;

    // By request, whatever its token: which regions would give it when empty.
    private readonly Dictionary<AllocationRequest, ImmutableArray<int>> _known = [];

    /// <summary>Whether a request that was refused failed by fragmentation alone.</summary>
    public bool IsCauseOf(AllocationRequest request, PhysicalMemory memory)
    {
        var asked = request with { Token = default };
        if (!_known.TryGetValue(asked, out var regions))
        {
            if (_known.Count == KnownMax)
            {
                _known.Clear();
            }

            _known.Add(asked, regions = [.. Enumerable.Range(0, board.Memory.Length).Where(region => GivesWhenEmpty(region, request))]);
        }

        foreach (var region in regions)
        {
            if (memory.FreeOf(region).PageCount >= request.PageCount)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a region would give it if nobody, the kernel included, held any of it.</summary>
    private bool GivesWhenEmpty(int index, AllocationRequest request)
    {
        var layout = board.Memory[index] with { ReservedEveryPages = 0, ReservedPages = 0 };
        var names = request.Regions.Names;
        return (names.IsEmpty || names.Contains(layout.Name))
            && PhysicalMemory.Create([layout]).Value.Allocate(names.IsEmpty ? request : request with { Regions = new(layout.Name) }).Reply.IsGranted;
    }
}
