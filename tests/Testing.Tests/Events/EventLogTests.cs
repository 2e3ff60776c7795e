using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Testing.Tests.Events;

public sealed class EventLogTests(TwoSilos silos)
{
    private static readonly TimeSpan _soon = TimeSpan.FromMilliseconds(20);

    private readonly DmaTestCluster _cluster = silos.Cluster;

    [Fact]
    public async Task An_event_that_came_before_is_found_and_so_is_one_to_come()
    {
        var (board, buffer) = await silos.NewBufferAsync();
        await buffer.AttachAsync("a1", "disk");

        var past = await _cluster.WaitForAsync<ClusterEvent.Granted>(granted =>
            granted.Board == board.Name && granted.Command is DmaCommand.Attach { Attachment: "a1", Device: "disk" });
        var coming = _cluster.WaitForAsync(happened =>
            happened is ClusterEvent.Refused { Command: DmaCommand.Unmap } refused && refused.Board == board.Name);
        Assert.False(coming.IsCompleted);
        await buffer.UnmapAttachmentAsync("m1");

        Assert.Equal("frame", past.Buffer);
        Assert.Equal(65536u, past.Reply.Constraints.MaxSegmentSize);
        Assert.Equal(Errno.EINVAL, Assert.IsType<ClusterEvent.Refused>(await coming).Refusal.Errno);
    }

    [Fact]
    public async Task Only_what_came_after_a_mark_counts()
    {
        var (board, buffer) = await silos.NewBufferAsync();
        var mark = _cluster.Events.Last;
        await buffer.AttachAsync("a1", "disk");
        var first = await _cluster.WaitForAsync<ClusterEvent.Granted>(granted => granted.Board == board.Name, after: mark);

        var second = _cluster.WaitForAsync<ClusterEvent.Granted>(granted => granted.Board == board.Name, after: first.Number);
        await buffer.DetachAsync("a1");

        Assert.IsType<DmaCommand.Attach>(first.Command);
        Assert.IsType<DmaCommand.Detach>((await second).Command);
    }

    [Fact]
    public async Task Every_command_is_an_event_in_the_order_carried_out()
    {
        var (board, buffer) = await silos.NewBufferAsync();
        await buffer.AttachAsync("a1", "gpu");
        await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.ToDevice, MapOptions.NoBounce);
        await buffer.FlushAsync("m1");
        await buffer.SyncForCpuAsync("s1", "m1");
        await buffer.SyncForDeviceAsync("s2", "m1");
        await buffer.UnmapAttachmentAsync("m1");
        await buffer.GetScatterlistAsync("m2", "a1");
        await buffer.MapRawAsync("r2", "m2", DmaDirection.ToDevice, MapOptions.NoBounce);
        await buffer.UnmapAttachmentAsync("r2");
        await buffer.PutScatterlistAsync("m2");
        await buffer.GetPfnsAsync("m3", "a1");
        await buffer.PutPfnsAsync("m3");
        await buffer.BeginCpuAccessAsync("c1", DmaDirection.FromDevice);
        await buffer.EndCpuAccessAsync("c1");
        await buffer.CpuAccessAsync("c2", DmaDirection.Bidirectional);
        await buffer.TestMapAttachmentAsync("a1", DmaDirection.ToDevice);
        await buffer.DescribeAsync();
        await buffer.RevokeAsync();
        await buffer.DetachAsync("a1");
        await buffer.ReleaseAsync();

        DmaCommand?[] expected =
        [
            null,
            new DmaCommand.Attach("a1", "gpu"),
            new DmaCommand.Map("m1", "a1", DmaDirection.ToDevice) { Options = MapOptions.NoBounce },
            new DmaCommand.Flush("m1"),
            new DmaCommand.SyncForCpu("s1", "m1"),
            new DmaCommand.SyncForDevice("s2", "m1"),
            new DmaCommand.Unmap("m1"),
            new DmaCommand.GetScatterlist("m2", "a1"),
            new DmaCommand.MapRaw("r2", "m2", DmaDirection.ToDevice) { Options = MapOptions.NoBounce },
            new DmaCommand.Unmap("r2"),
            new DmaCommand.PutScatterlist("m2"),
            new DmaCommand.GetPfns("m3", "a1"),
            new DmaCommand.PutPfns("m3"),
            new DmaCommand.BeginCpuAccess("c1", DmaDirection.FromDevice),
            new DmaCommand.EndCpuAccess("c1"),
            new DmaCommand.CpuAccess("c2", DmaDirection.Bidirectional),
            new DmaCommand.Revoke(),
            new DmaCommand.Detach("a1"),
            new DmaCommand.Release(),
        ];
        Assert.Equal(expected, On(board.Name).Select(happened => happened.Command));
    }

    [Fact]
    public async Task A_batch_is_an_event_for_each_command_that_was_tried()
    {
        var (board, buffer) = await silos.NewBufferAsync();

        await buffer.ExecuteAsync(
            [new DmaCommand.Attach("a1", "disk"), new DmaCommand.Unmap("m1"), new DmaCommand.Detach("a1")], goOn: false);

        Assert.Equal(
            ["Granted", "Granted", "Refused"], On(board.Name).Select(happened => happened.GetType().Name));
    }

    [Fact]
    public async Task A_command_that_ends_in_an_exception_is_an_event()
    {
        var (board, buffer) = await silos.NewBufferAsync();
        _cluster.Storage.FailNextWrite(buffer);

        await Assert.ThrowsAsync<OrleansException>(() => buffer.AttachAsync("a1", "disk"));

        var failed = await _cluster.WaitForAsync<ClusterEvent.Failed>(failed => failed.Board == board.Name);
        Assert.Equal(new DmaCommand.Attach("a1", "disk"), failed.Command);
    }

    [Fact]
    public async Task A_write_comes_before_the_grant_that_it_makes_durable()
    {
        var (board, buffer) = await silos.NewBufferAsync();
        var mark = _cluster.Events.Last;

        await buffer.AttachAsync("a1", "disk");

        var written = await _cluster.WaitForAsync<ClusterEvent.Written>(write => write.Key == $"{board.Name}/frame", after: mark);
        var granted = await _cluster.WaitForAsync<ClusterEvent.Granted>(command => command.Board == board.Name, after: mark);
        Assert.True(written.Number < granted.Number);
        Assert.InRange(written.SizeBytes, 1, 65536);
    }

    [Fact]
    public async Task An_event_that_never_comes_tells_what_came_instead()
    {
        await using var cluster = await DmaTestCluster.StartAsync();
        var (board, buffer) = await TwoSilos.NewBufferAsync(cluster);
        var mark = cluster.Events.Last;
        await buffer.DetachAsync("nobody");

        var timeout = await Assert.ThrowsAsync<TimeoutException>(() =>
            cluster.WaitForAsync<ClusterEvent.Granted>(granted => granted.Buffer == "frame", _soon, after: mark));

        Assert.Equal(
            $"""
            No Granted for which granted => granted.Buffer == "frame" within 0.02 s. Events after number {mark}: 1:
              {mark + 1} silo 0: {board.Name}/frame: Detach {"{"} Attachment = nobody {"}"} refused: EINVAL: frame has no attachment nobody.
            """,
            timeout.Message,
            ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task An_event_that_never_comes_tells_the_last_ones_when_there_are_many()
    {
        var log = new EventLog();
        Enumerable.Range(0, 40).ToList().ForEach(silo => log.Add(new ClusterEvent.SiloStarted(silo)));

        var timeout = await Assert.ThrowsAsync<TimeoutException>(() =>
            log.WaitForAsync<ClusterEvent>(_ => false, 0, _soon, "it is such"));

        var lines = timeout.Message.Split('\n');
        Assert.Equal("No ClusterEvent for which it is such within 0.02 s. Events after number 0: 40; the last 15:", lines[0]);
        Assert.Equal(["  26 silo 25 started", "  40 silo 39 started"], [lines[1], lines[^1]]);
    }

    [Fact]
    public async Task Events_that_are_not_kept_any_more_are_told_of()
    {
        var log = new EventLog();
        Enumerable.Range(0, EventLog.KeptMax + 2).ToList().ForEach(silo => log.Add(new ClusterEvent.SiloStarted(silo)));

        var timeout = await Assert.ThrowsAsync<TimeoutException>(() =>
            log.WaitForAsync<ClusterEvent.SiloStarted>(started => started.Silo < 2, 0, _soon, "it is one of the first two"));

        Assert.Equal(EventLog.KeptMax, log.After(0).Count);
        Assert.Contains("20002, of which the first 2 are not kept", timeout.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_event_is_missed_however_many_come_while_a_test_waits()
    {
        var log = new EventLog();
        var waiting = log.WaitForAsync<ClusterEvent.SiloStarted>(started => started.Silo == 3, 0, DmaTestCluster.WaitTimeout, "third");

        Enumerable.Range(0, 2 * EventLog.KeptMax).ToList().ForEach(silo => log.Add(new ClusterEvent.SiloStarted(silo)));

        Assert.Equal(4, (await waiting).Number);
    }

    private IEnumerable<ClusterEvent.OnBuffer> On(string board) =>
        _cluster.Events.After(0).OfType<ClusterEvent.OnBuffer>().Where(happened => happened.Board == board);
}
