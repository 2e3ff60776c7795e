using System.Collections.Immutable;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Memory;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Analysis.Advising;

/// <summary>The empty boards of changed requests. Boards with the same memory share it, because it may have very many free runs.</summary>
/// <param name="board">The board before.</param>
/// <param name="before">What it is.</param>
internal sealed class ChangedBoards(Board board, BoardDefinition before)
{
    private readonly KnownAllocations _known = new();
    private readonly Dictionary<ImmutableArray<MemoryRegionLayout>, Board> _byMemory = new() { [before.Memory] = board };

    /// <summary>The board for a definition with changed memory or devices, but the same MMUs.</summary>
    public Board Of(BoardDefinition changed)
    {
        if (!_byMemory.TryGetValue(changed.Memory, out var empty))
        {
            empty = Board.Create(before with { Memory = changed.Memory }, _known.Allocate).Value;
            _byMemory.Add(changed.Memory, empty);
        }

        return changed.Devices.Except(before.Devices).Aggregate(empty, (with, device) => with.SetDevice(device).Next);
    }
}
