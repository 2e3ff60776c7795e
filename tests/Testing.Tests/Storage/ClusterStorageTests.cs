using System.Diagnostics;
using DmaGrains.Grains.Buffers;
using DmaGrains.Interfaces;

namespace DmaGrains.Testing.Tests.Storage;

public sealed class ClusterStorageTests(TwoSilos silos)
{
    private readonly DmaTestCluster _cluster = silos.Cluster;

    private ClusterStorage Storage => _cluster.Storage;

    [Fact]
    public async Task The_next_write_fails_and_leaves_nothing()
    {
        var (board, buffer) = await silos.NewBufferAsync();
        var fault = Storage.FailNextWrite(buffer);

        await Assert.ThrowsAsync<OrleansException>(() => buffer.AttachAsync("a1", "disk"));

        Assert.True(fault.HasStruck);
        Assert.Empty((await buffer.DescribeAsync()).Value.Attachments);
        Assert.True((await buffer.AttachAsync("a1", "disk")).IsGranted);
        Assert.False((await _cluster.WaitForAsync<ClusterEvent.WriteFailed>(failed => failed.Key == $"{board.Name}/frame")).Landed);
    }

    [Fact]
    public async Task A_write_whose_answer_is_lost_has_landed()
    {
        var (board, buffer) = await silos.NewBufferAsync();
        Storage.FailNextWrite(buffer, afterWriting: true);

        await Assert.ThrowsAsync<OrleansException>(() => buffer.AttachAsync("a1", "disk"));

        Assert.Single((await buffer.DescribeAsync()).Value.Attachments);
        Assert.True((await _cluster.WaitForAsync<ClusterEvent.WriteFailed>(failed => failed.Key == $"{board.Name}/frame")).Landed);
    }

    [Fact]
    public async Task A_write_by_number_fails_and_no_other()
    {
        var (_, buffer) = await silos.NewBufferAsync();
        var fault = Storage.FailWrite(buffer, 3);

        Assert.True((await buffer.AttachAsync("a1", "disk")).IsGranted);
        Assert.True((await buffer.AttachAsync("a2", "disk")).IsGranted);
        Assert.False(fault.HasStruck);
        await Assert.ThrowsAsync<OrleansException>(() => buffer.AttachAsync("a3", "disk"));

        Assert.True((await buffer.AttachAsync("a3", "disk")).IsGranted);
        Assert.Throws<ArgumentOutOfRangeException>(() => Storage.FailWrite(buffer, 0));
    }

    [Fact]
    public async Task A_fault_is_of_one_grain_and_of_one_state_where_it_names_one()
    {
        var (board, buffer) = await silos.NewBufferAsync();
        var other = await TwoSilos.ExportAsync(_cluster, board, "other");
        using var fault = Storage.FailNextWrite(buffer, state: "importers.0");
        using var ofDevice = Storage.FailNextWrite(_cluster.Grains.GetDevice(board.Name, "frame"));

        Assert.True((await buffer.AttachAsync("a1", "disk")).IsGranted);
        Assert.True((await other.AttachAsync("a1", "disk")).IsGranted);

        Assert.False(fault.HasStruck);
        Assert.False(ofDevice.HasStruck);
    }

    [Fact]
    public async Task A_fault_that_is_taken_back_does_not_strike()
    {
        var (_, buffer) = await silos.NewBufferAsync();
        var fault = Storage.FailNextWrite(buffer);
        fault.Dispose();

        Assert.True((await buffer.AttachAsync("a1", "disk")).IsGranted);
        Assert.False(fault.HasStruck);
    }

    [Fact]
    public async Task A_read_that_fails_is_tried_again_at_the_next_call()
    {
        var (board, buffer) = await silos.NewBufferAsync();
        await _cluster.DeactivateAsync(buffer);
        var fault = Storage.FailNextRead(buffer);

        await Assert.ThrowsAsync<OrleansException>(() => buffer.DescribeAsync());

        Assert.True(fault.HasStruck);
        await _cluster.WaitForAsync<ClusterEvent.ReadFailed>(failed => failed.Key == $"{board.Name}/frame");
        Assert.True((await buffer.DescribeAsync()).IsGranted);
    }

    [Fact]
    public async Task A_held_write_and_its_reply_wait_until_it_is_let_go()
    {
        var (board, buffer) = await silos.NewBufferAsync();
        var other = await TwoSilos.ExportAsync(_cluster, board, "other");
        var mark = _cluster.Events.Last;
        var held = Storage.HoldWrites(buffer);

        var attach = buffer.AttachAsync("a1", "disk");
        await _cluster.WaitForAsync<ClusterEvent.WriteHeld>(write => write.Key == $"{board.Name}/frame", after: mark);
        Assert.True((await other.AttachAsync("a1", "disk")).IsGranted);
        Assert.False(attach.IsCompleted);
        held.Release();

        Assert.True((await attach).IsGranted);
        Assert.Equal(
            ["other", "frame"],
            _cluster.Events.After(mark).OfType<ClusterEvent.Granted>().Where(granted => granted.Board == board.Name)
                .Select(granted => granted.Buffer));
        Assert.True((await buffer.DetachAsync("a1")).IsGranted);
    }

    [Fact]
    public async Task Storage_is_slow_when_told()
    {
        await using var cluster = await DmaTestCluster.StartAsync();
        var (_, buffer) = await TwoSilos.NewBufferAsync(cluster);
        cluster.Storage.Delay = TimeSpan.FromMilliseconds(50);

        var clock = Stopwatch.StartNew();
        Assert.True((await buffer.AttachAsync("a1", "disk")).IsGranted);

        // Timers may be early by a tick of the system's clock.
        Assert.True(clock.Elapsed > TimeSpan.FromMilliseconds(30), $"{clock.Elapsed} for a write of 50 ms");
    }

    [Fact]
    public async Task Writes_are_counted_and_measured()
    {
        var (_, buffer) = await silos.NewBufferAsync();
        Assert.Equal(1, Storage.WriteCount(buffer));
        Storage.TakeLargestWrite(buffer);

        await buffer.AttachAsync("a1", "disk");

        Assert.Equal((2, 0), (Storage.WriteCount(buffer, "buffer"), Storage.WriteCount(buffer, "importers.0")));
        Assert.InRange(Storage.TakeLargestWrite(buffer), 1, 65536);
        Assert.Equal(0, Storage.TakeLargestWrite(buffer));
    }

    [Fact]
    public async Task A_state_is_read_and_replaced_behind_the_grains_back()
    {
        var (_, buffer) = await silos.NewBufferAsync();
        var before = _cluster.ReadState<DmaBufferRecord>(buffer, "buffer")!;
        await buffer.AttachAsync("a1", "disk");

        await _cluster.WriteStateAsync(buffer, "buffer", before);

        Assert.Empty((await buffer.DescribeAsync()).Value.Attachments);
        Assert.Null(_cluster.ReadState<DmaBufferRecord>(buffer, "no-such-state"));
        Assert.True((await buffer.AttachAsync("a1", "disk")).IsGranted);
    }
}
