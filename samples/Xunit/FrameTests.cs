using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Testing;

namespace MyBoard.Tests;

/// <summary>A GPU renders into a frame, a display shows it.</summary>
public sealed class FrameTests(Cluster cluster)
{
    private const ulong FrameBytes = 640 * 480 * 4;

    private readonly DmaTestCluster _cluster = cluster.Started;

    // Names what is asked, so that it may be sent again: whatever the first attempt did, it happens once.
    private readonly DmaCaller _caller = new();

    [Fact]
    public async Task Both_map_when_the_display_attaches_before_the_first_map()
    {
        var (board, frame) = await NewFrameAsync();

        await frame.AttachAsync("gpu", "gpu", _caller.Next());
        await frame.AttachAsync("display", "display", _caller.Next());

        Assert.True((await frame.MapAttachmentAsync("render", "gpu", DmaDirection.FromDevice, id: _caller.Next())).IsGranted);
        Assert.True((await frame.MapAttachmentAsync("scanout", "display", DmaDirection.ToDevice, id: _caller.Next())).IsGranted);
        await _cluster.CheckInvariantsAsync(board);
    }

    [Fact]
    public async Task The_display_is_refused_when_the_GPU_has_mapped_before_it_came()
    {
        var (board, frame) = await NewFrameAsync();

        await frame.AttachAsync("gpu", "gpu", _caller.Next());
        await frame.MapAttachmentAsync("render", "gpu", DmaDirection.FromDevice, id: _caller.Next());
        var late = await frame.AttachAsync("display", "display", _caller.Next());

        Assert.Equal((Errno.EBUSY, "display"), (late.Refusal!.Errno, late.Refusal.Importer));
        await _cluster.CheckInvariantsAsync(board);
    }

    [Fact]
    public async Task A_map_whose_write_fails_leaves_nothing_and_succeeds_when_it_is_sent_again()
    {
        var (board, frame) = await NewFrameAsync();
        await frame.AttachAsync("gpu", "gpu", _caller.Next());
        _cluster.Storage.FailNextWrite(frame);
        var id = _caller.Next();

        await Assert.ThrowsAnyAsync<Exception>(() => frame.MapAttachmentAsync("render", "gpu", DmaDirection.FromDevice, id: id));

        Assert.Empty((await frame.DescribeAsync()).Value.Mappings);
        Assert.True((await frame.MapAttachmentAsync("render", "gpu", DmaDirection.FromDevice, id: id)).IsGranted);
        await _cluster.CheckInvariantsAsync(board);
    }

    [Fact]
    public async Task A_silo_that_is_lost_in_the_middle_of_a_map_costs_no_page()
    {
        var (board, frame) = await NewFrameAsync();
        await frame.AttachAsync("display", "display", _caller.Next());

        // The pages are allocated; the silo is lost while the frame writes down that it has them.
        var id = _caller.Next();
        using var held = _cluster.Storage.HoldWrites(frame);
        var lost = frame.MapAttachmentAsync("scanout", "display", DmaDirection.ToDevice, id: id);
        await _cluster.WaitForAsync<ClusterEvent.WriteHeld>(write => write.Key == $"{board.Name}/frame");
        var silo = _cluster.SiloOf(frame)!.Value;
        await _cluster.KillSiloAsync(silo);
        held.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => lost);

        Assert.True((await frame.MapAttachmentAsync("scanout", "display", DmaDirection.ToDevice, id: id)).IsGranted);
        Assert.Single(await _cluster.Grains.GetMemory(board.Name).GetHeldAsync());
        await _cluster.CheckInvariantsAsync(board);
        await _cluster.RestartSiloAsync(silo);
    }

    private async Task<(BoardDefinition Board, IDmaBufferGrain Frame)> NewFrameAsync()
    {
        var board = await _cluster.SeedBoardAsync("boards/my-board.yaml");
        var frame = _cluster.Buffer(board, "frame");
        Assert.True((await frame.ExportAsync(new BufferExport("frame", FrameBytes, "gpu") { Id = _caller.Next() })).IsGranted);
        return (board, frame);
    }
}
