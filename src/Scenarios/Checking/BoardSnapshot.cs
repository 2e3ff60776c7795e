using System.Collections.Immutable;
using DmaGrains.Interfaces;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Scenarios.Checking;

/// <summary>What a board's grains say of it, one after another: of one moment only while nobody sends commands.</summary>
/// <param name="Definition">The board.</param>
/// <param name="Buffers">The buffers that it lists.</param>
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
        var buffers = new List<DmaBuffer>();
        var unmade = new List<string>();
        await foreach (var page in grains.GetBoard(board).BufferPagesAsync(cancellation: cancellation))
        {
            foreach (var names in page.Chunk(CallsAtOnce))
            {
                cancellation.ThrowIfCancellationRequested();
                var described = await Task.WhenAll(names.Select(name => grains.GetBuffer(board, name).DescribeAsync()));
                buffers.AddRange(described.Where(found => found.IsGranted).Select(found => found.Value));
                unmade.AddRange(names.Zip(described).Where(pair => !pair.Second.IsGranted).Select(pair => pair.First));
            }
        }

        var memory = grains.GetMemory(board);
        return new(
            definition,
            [.. buffers],
            [.. unmade],
            await memory.DescribeAsync(),
            await memory.GetHeldAsync(),
            await grains.GetTranslation(board).GetHeldAsync());
    }
}
