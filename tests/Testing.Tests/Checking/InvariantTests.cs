using DmaGrains.Grains;
using DmaGrains.Grains.Buffers;
using DmaGrains.Interfaces;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;

namespace DmaGrains.Testing.Tests.Checking;

/// <summary>Faults are planted, and each is found.</summary>
public sealed class InvariantTests(TwoSilos silos)
{
    private readonly DmaTestCluster _cluster = silos.Cluster;

    [Fact]
    public async Task A_board_in_use_is_as_it_must_be()
    {
        var (board, _) = await NewMappedAsync();

        await _cluster.CheckInvariantsAsync(board);
    }

    [Fact]
    public async Task Pages_that_nobody_has_are_found()
    {
        var (board, _) = await NewMappedAsync();
        await _cluster.Grains.MemoryForGrains(board.Name).AllocateAsync(
            new AllocationRequest(new("ghost", 0), 4096, DmaConstraints.Unconstrained, ulong.MaxValue, "gpu"));

        Assert.Contains("PagesLeaked: ghost", Assert.Single(await FindingsAsync(board)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_in_two_buffers_is_found()
    {
        var (board, buffer) = await NewMappedAsync();
        var other = await TwoSilos.ExportAsync(_cluster, board, "other");
        await _cluster.WriteStateAsync(other, "buffer", _cluster.ReadState<DmaBufferRecord>(buffer, "buffer")!);

        Assert.Contains(await FindingsAsync(board), found => found.Contains("SharedPages", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pages_that_the_memory_does_not_hold_are_found()
    {
        var (board, _) = await NewMappedAsync();
        await _cluster.Grains.MemoryForGrains(board.Name).FreeAsync(new("frame", 0));

        Assert.Contains(await FindingsAsync(board), found => found.Contains("PagesNotHeld: frame", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_buffer_that_went_back_in_time_is_found()
    {
        var (board, buffer) = await silos.NewBufferAsync();
        var before = _cluster.ReadState<DmaBufferRecord>(buffer, "buffer")!;
        await MapAsync(buffer);
        await buffer.UnmapAttachmentAsync("m1");
        await buffer.DetachAsync("a1");
        await buffer.ReleaseAsync();

        await _cluster.WriteStateAsync(buffer, "buffer", before);

        Assert.Contains("Listing: frame", Assert.Single(await FindingsAsync(board)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Findings_of_all_boards_come_together_and_a_board_that_is_not_there_is_one()
    {
        await using var cluster = await DmaTestCluster.StartAsync();
        var boards = new List<BoardDefinition> { await TwoSilos.NewBoardAsync(cluster), await TwoSilos.NewBoardAsync(cluster) };
        await cluster.CheckInvariantsAsync();
        foreach (var board in boards)
        {
            await cluster.Grains.MemoryForGrains(board.Name).AllocateAsync(
                new AllocationRequest(new("ghost", 0), 4096, DmaConstraints.Unconstrained, ulong.MaxValue, "gpu"));
        }

        var wrong = await Assert.ThrowsAsync<InvariantException>(() => cluster.CheckInvariantsAsync());
        Assert.Equal(boards.Select(board => board.Name), wrong.Findings.Select(found => found[..found.IndexOf(':', StringComparison.Ordinal)]));
        Assert.All(wrong.Findings, found => Assert.Contains(found, wrong.Message, StringComparison.Ordinal));
        var missing = await Assert.ThrowsAsync<InvariantException>(() => cluster.CheckInvariantsAsync(boards[0] with { Name = "missing" }));
        Assert.Contains("ENOENT", missing.Message, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<string>> FindingsAsync(BoardDefinition board) =>
        (await Assert.ThrowsAsync<InvariantException>(() => _cluster.CheckInvariantsAsync(board))).Findings;

    private async Task<(BoardDefinition Board, IDmaBufferGrain Buffer)> NewMappedAsync()
    {
        var (board, buffer) = await silos.NewBufferAsync();
        await MapAsync(buffer);
        return (board, buffer);
    }

    private static async Task MapAsync(IDmaBufferGrain buffer)
    {
        Assert.True((await buffer.AttachAsync("a1", "gpu")).IsGranted);
        Assert.True((await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.ToDevice)).IsGranted);
    }
}
