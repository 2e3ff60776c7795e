using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Experiments.Files;

/// <summary>
/// Changes the sizes of a board's regions. As with the kernel's contiguous areas, a region grows at the expense of the nearest adjoining
/// zone of the page allocator, below or else above, and shrinks in its favour; regions in between move.
/// </summary>
internal static class RegionSizes
{
    /// <summary>The name of a mapping of sizes that comes from the matrix alone.</summary>
    public const string InMatrix = "matrix";

    /// <summary>Applies the sizes that a mapping states by region name.</summary>
    public static ImmutableArray<BoardDefinition> Read(MapNode map, ImmutableArray<BoardDefinition> boards)
    {
        foreach (var key in map.Keys)
        {
            if (boards.FirstOrDefault(board => board.Memory.All(region => region.Name != key.Value)) is { } without)
            {
                var (others, keys) = map.Label == InMatrix ? (", and the workload no such stream", ", or STREAM.KEY of a stream") : (string.Empty, string.Empty);
                key.Place.Report(
                    $"the board {without.Name} has no region {Quoted.Text(key.Value)}{others}",
                    $"{Quoted.AnyOf([.. without.Memory.Select(region => region.Name)])}{keys}");
                continue;
            }

            var value = map.Required(key.Value);
            var size = value.AsWholePages(Page.SizeBytes);
            boards = [.. boards.Select(board => Checked(board, key.Value, size, value))];
        }

        return boards;
    }

    private static BoardDefinition Checked(BoardDefinition board, string region, ulong sizeBytes, FileNode value)
    {
        var changed = With(board, region, sizeBytes >> Page.Shift);
        if (changed?.Check() is not { } refusal)
        {
            return changed ?? value.Wrong($"less than {Sizes.Format(sizeBytes)}: {board.Name} has no zone beside {region} with so much to give", board);
        }

        value.Place.Report(refusal, "a size with which the board can exist");
        return board;
    }

    /// <summary>Resizes a region; null when no neighbouring zone has enough memory.</summary>
    internal static BoardDefinition? With(BoardDefinition board, string region, ulong pageCount)
    {
        var byAddress = board.Memory.OrderBy(layout => layout.Range.FirstPfn).ToList();
        var index = byAddress.FindIndex(layout => layout.Name == region);
        var (from, isBelow) = (ZoneBeside(byAddress, index, -1), true);
        if (from < 0 || byAddress[index].Kind == MemoryKind.System)
        {
            (from, isBelow) = (byAddress[index].Kind == MemoryKind.System ? -1 : ZoneBeside(byAddress, index, 1), false);
        }

        var range = byAddress[index].Range;
        if (from < 0)
        {
            return Replaced(board, byAddress[index], range with { PageCount = pageCount });
        }

        // Positive when the region grows. Addresses are below 2^52, so the difference fits.
        var gain = (long)pageCount - (long)range.PageCount;
        if (gain >= (long)byAddress[from].Range.PageCount)
        {
            return null;
        }

        var (low, high) = isBelow ? (from, index) : (index, from);
        for (var at = low; at <= high; at++)
        {
            var (moved, grown) = isBelow
                ? (at == from ? (0, -gain) : (-gain, at == index ? gain : 0))
                : (at == index ? (0, gain) : (gain, at == from ? -gain : 0));
            var old = byAddress[at].Range;
            board = Replaced(board, byAddress[at], new PageExtent((ulong)((long)old.FirstPfn + moved), (ulong)((long)old.PageCount + grown)));
        }

        return board;
    }

    /// <summary>The index of the nearest zone in a direction, across adjacent regions; -1 for none.</summary>
    private static int ZoneBeside(List<MemoryRegionLayout> byAddress, int index, int step)
    {
        for (var at = index + step; at >= 0 && at < byAddress.Count; at += step)
        {
            var (low, high) = step < 0 ? (at, at + 1) : (at - 1, at);
            if (byAddress[low].Range.EndPfn != byAddress[high].Range.FirstPfn)
            {
                return -1;
            }

            if (byAddress[at].Kind == MemoryKind.System)
            {
                return at;
            }
        }

        return -1;
    }

    private static BoardDefinition Replaced(BoardDefinition board, MemoryRegionLayout region, PageExtent range) =>
        board with { Memory = board.Memory.Replace(region, region with { Range = range }) };
}
