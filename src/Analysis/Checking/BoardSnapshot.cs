using System.Collections.Immutable;
using DmaGrains.Interfaces;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Analysis.Checking;

/// <summary>What a board's grains say of it, one after another: of one moment only while nobody sends commands.</summary>
/// <param name="Definition">The board.</param>
/// <param name="Buffers">The buffers that it lists, and those that live and hold something though it does not list them.</param>
/// <param name="Unmade">Names that it lists and that have no buffer: their export was interrupted.</param>
/// <param name="Memory">How full each region is.</param>
/// <param name="HeldPages">What its memory holds.</param>
/// <param name="HeldMappings">What its MMUs and bounce pool hold.</param>
public sealed record BoardSnapshot(
    BoardDefinition Definition,
    ImmutableArray<DmaBuffer> Buffers,
    ImmutableArray<string> Unmade,
    ImmutableArray<RegionUse> Memory,
    ImmutableArray<AllocationToken> HeldPages,
    ImmutableArray<MapToken> HeldMappings)
{
    /// <summary>Those of the buffers that live and that the board does not list; others, that hold nothing, are not found.</summary>
    public ImmutableArray<string> Unlisted { get; init; } = [];

    /// <summary>Those of the buffers that are gone, owe nothing, and are listed all the same.</summary>
    public ImmutableArray<string> StillListed { get; init; } = [];

    /// <summary>Whether the list of boards has it.</summary>
    public bool IsListed { get; init; } = true;

    // Enough to keep silos busy, and few enough not to crowd out others.
    private const int CallsAtOnce = 32;

    /// <summary>Asks the grains.</summary>
    /// <param name="grains">Where they are.</param>
    /// <param name="definition">The board, as it says itself.</param>
    /// <param name="cancellation">Gives up.</param>
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
        var unlisted = (await DescribeAsync(grains, board, holding, cancellation)).Buffers.FindAll(buffer => !buffer.IsGone);
        var stillListed = buffers.FindAll(buffer => buffer is { IsGone: true, IsInDebt: false }).Select(buffer => buffer.Name).ToHashSet();
        if (stillListed.Count != 0)
        {
            // One that owed something has paid when it was asked, and is not listed any more.
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
