using System.Collections.Immutable;
using DmaGrains.Interfaces;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Analysis.Checking;

/// <summary>The state of a board as read from its grains one after another; consistent only if no commands run meanwhile.</summary>
/// <param name="Definition">The board.</param>
/// <param name="Buffers">The listed buffers, and unlisted living buffers that hold something.</param>
/// <param name="Unmade">Listed names without a buffer, left by interrupted exports.</param>
/// <param name="Memory">How full each region is.</param>
/// <param name="HeldPages">The allocations in its memory.</param>
/// <param name="HeldMappings">The mappings in its MMUs and bounce pool.</param>
public sealed record BoardSnapshot(
    BoardDefinition Definition,
    ImmutableArray<DmaBuffer> Buffers,
    ImmutableArray<string> Unmade,
    ImmutableArray<RegionUse> Memory,
    ImmutableArray<AllocationToken> HeldPages,
    ImmutableArray<MapToken> HeldMappings)
{
    /// <summary>The living buffers among these that the board does not list. Unlisted buffers that hold nothing cannot be found.</summary>
    public ImmutableArray<string> Unlisted { get; init; } = [];

    /// <summary>The buffers among these that are gone and owe nothing, but are still listed.</summary>
    public ImmutableArray<string> StillListed { get; init; } = [];

    /// <summary>Whether the board is in the list of boards.</summary>
    public bool IsListed { get; init; } = true;

    // Enough to keep silos busy, yet few enough not to crowd out other callers.
    private const int CallsAtOnce = 32;

    /// <summary>Reads the grains.</summary>
    /// <param name="grains">The cluster.</param>
    /// <param name="definition">The board's definition.</param>
    /// <param name="cancellation">Cancels the reading.</param>
    public static async Task<BoardSnapshot> ReadAsync(
        IGrainFactory grains, BoardDefinition definition, CancellationToken cancellation)
    {
        var board = definition.Name;
        var listed = new HashSet<string>();
        await foreach (var page in grains.GetBoard(board).BufferPagesAsync(cancellation: cancellation))
        {
            listed.UnionWith(page);
        }

        var (buffers, unmade) = await DescribeAsync(grains, board, listed, cancellation);
        var memory = grains.GetMemory(board);
        var used = await memory.DescribeAsync(cancellation);
        var pages = await memory.GetHeldAsync(cancellation);
        var mappings = await grains.GetTranslation(board).GetHeldAsync(cancellation);
        var holding = pages.Select(token => token.Buffer).Concat(mappings.Select(token => token.Buffer)).ToHashSet();
        holding.ExceptWith(listed);
        var unlisted = (await DescribeAsync(grains, board, holding, cancellation)).Buffers.FindAll(buffer => !buffer.IsReleasedByAll);
        var stillListed = buffers.FindAll(buffer => buffer is { IsReleasedByAll: true, IsInDebt: false }).Select(buffer => buffer.Name).ToHashSet();
        if (stillListed.Count != 0)
        {
            // A buffer that owed something paid when it was activated, and may no longer be listed.
            listed.Clear();
            await foreach (var page in grains.GetBoard(board).BufferPagesAsync(cancellation: cancellation))
            {
                listed.UnionWith(page);
            }

            stillListed.IntersectWith(listed);
        }

        return new(definition, [.. buffers, .. unlisted], [.. unmade], used, pages, mappings)
        {
            Unlisted = [.. unlisted.Select(buffer => buffer.Name)],
            StillListed = [.. stillListed.Order(StringComparer.Ordinal)],
            IsListed = await IsListedAsync(grains, board, cancellation),
        };
    }

    private static async Task<(List<DmaBuffer> Buffers, List<string> Unmade)> DescribeAsync(
        IGrainFactory grains, string board, IEnumerable<string> names, CancellationToken cancellation)
    {
        var buffers = new List<DmaBuffer>();
        var unmade = new List<string>();
        foreach (var some in names.Chunk(CallsAtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            var described = await Task.WhenAll(some.Select(name => grains.GetBuffer(board, name).DescribeAsync(cancellation)));
            buffers.AddRange(described.Where(found => found.IsGranted).Select(found => found.Value));
            unmade.AddRange(some.Zip(described).Where(pair => !pair.Second.IsGranted).Select(pair => pair.First));
        }

        return (buffers, unmade);
    }

    private static async Task<bool> IsListedAsync(IGrainFactory grains, string board, CancellationToken cancellation)
    {
        await foreach (var boards in grains.GetBoards().BoardPagesAsync(cancellation: cancellation))
        {
            if (boards.Contains(board))
            {
                return true;
            }
        }

        return false;
    }
}
