using DmaGrains.Interfaces;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Testing.Tests;

public sealed class DmaTestClusterTests(TwoSilos silos)
{
    private readonly DmaTestCluster _cluster = silos.Cluster;

    [Fact]
    public async Task A_board_is_seeded_under_a_new_name_each_time_and_under_the_one_asked_for()
    {
        var first = await TwoSilos.NewBoardAsync(_cluster);
        var second = await TwoSilos.NewBoardAsync(_cluster);
        var named = await _cluster.SeedBoardAsync("boards/small.yaml", "chosen");

        Assert.NotEqual(first.Name, second.Name);
        Assert.Equal("chosen", named.Name);
        foreach (var board in (BoardDefinition[])[first, second, named])
        {
            Assert.Equal(board.Name, (await _cluster.Grains.GetBoard(board.Name).GetAsync()).Value.Name);
        }
    }

    [Fact]
    public async Task A_board_is_seeded_from_text()
    {
        var text = await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "boards/small.yaml"), TestContext.Current.CancellationToken);

        var board = await _cluster.SeedBoardTextAsync(text);

        Assert.Equal(["gpu", "display", "disk"], board.Devices.Select(device => device.Name));
        var wrong = await Assert.ThrowsAsync<FileFormatException>(() => _cluster.SeedBoardTextAsync("name: small\n"));
        Assert.Contains("title", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_board_that_cannot_be_is_refused_with_the_reason()
    {
        var board = BoardFile.Read(Path.Combine(AppContext.BaseDirectory, "boards/small.yaml"));

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => _cluster.SeedBoardAsync(board, "no name"));

        Assert.Contains("EINVAL", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task State_outlives_the_silo_that_wrote_it()
    {
        await using var cluster = await DmaTestCluster.StartAsync(silos: 1);
        var (_, buffer) = await TwoSilos.NewBufferAsync(cluster);
        await buffer.AttachAsync("a1", "disk");

        await cluster.AddSiloAsync();
        await cluster.StopSiloAsync(0);

        Assert.Equal("a1", Assert.Single((await buffer.DescribeAsync()).Value.Attachments).Name);
        Assert.Equal(1, cluster.SiloOf(buffer));
    }

    [Fact]
    public async Task What_a_killed_silo_was_writing_is_lost_and_another_silo_goes_on_from_what_was_acknowledged()
    {
        await using var cluster = await DmaTestCluster.StartAsync(silos: 3, responseTimeout: TimeSpan.FromSeconds(4));
        var (board, buffer) = await TwoSilos.NewBufferAsync(cluster);
        await buffer.AttachAsync("a1", "gpu");
        var lost = cluster.SiloOf(buffer)!.Value;

        Task<Model.DmaResult<DmaReply>> unanswered;
        using (cluster.Storage.HoldWrites(buffer))
        {
            unanswered = buffer.AttachAsync("a2", "disk");
            await cluster.WaitForAsync<ClusterEvent.WriteHeld>(held => held.Key == $"{board.Name}/frame");
            await cluster.KillSiloAsync(lost);
        }

        // Which of them depends on whether the loss is noticed before the call times out.
        Assert.True(await Record.ExceptionAsync(() => unanswered) is TimeoutException or OrleansException);
        Assert.Equal("a1", Assert.Single((await buffer.DescribeAsync()).Value.Attachments).Name);
        Assert.NotEqual(lost, cluster.SiloOf(buffer));
        Assert.True((await buffer.AttachAsync("a2", "disk")).IsGranted);
        await cluster.CheckInvariantsAsync();
    }

    [Fact]
    public async Task Silos_come_and_go_and_each_is_an_event()
    {
        await using var cluster = await DmaTestCluster.StartAsync(silos: 2);
        await cluster.KillSiloAsync(0);
        await cluster.RestartSiloAsync(0);
        await cluster.RestartSiloAsync(1);
        var third = await cluster.AddSiloAsync();
        await cluster.StopSiloAsync(third);

        string[] told = [.. cluster.Events.After(0).OfType<ClusterEvent.OnSilo>().Select(happened => happened.ToString())];
        Assert.Equal(["silo 0 started", "silo 1 started"], told.Take(2).Order());
        Assert.Equal(
            ["silo 0 killed", "silo 0 started", "silo 1 stopped", "silo 1 started", "silo 2 started", "silo 2 stopped"], told.Skip(2));
        Assert.Equal(3, cluster.SiloCount);
        await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.KillSiloAsync(third));
        var (board, buffer) = await TwoSilos.NewBufferAsync(cluster);
        Assert.True((await buffer.AttachAsync("a1", "gpu")).IsGranted);
        await cluster.CheckInvariantsAsync(board);
    }

    [Fact]
    public async Task Grains_of_a_cluster_are_on_all_silos_and_each_is_found()
    {
        var board = await TwoSilos.NewBoardAsync(_cluster);
        var buffers = await Task.WhenAll(Enumerable.Range(0, 40).Select(number => TwoSilos.ExportAsync(_cluster, board, $"b{number}")));

        Assert.Equal([0, 1], buffers.Select(buffer => _cluster.SiloOf(buffer)!.Value).Distinct().Order());
        Assert.Null(_cluster.SiloOf(_cluster.Buffer(board, "never-called")));
        Assert.All(
            _cluster.Events.After(0).OfType<ClusterEvent.Granted>().Where(granted => granted.Board == board.Name),
            granted => Assert.Equal(_cluster.SiloOf(_cluster.Buffer(board, granted.Buffer)), granted.Silo));
    }

    [Fact]
    public async Task A_grain_that_is_deactivated_reads_its_state_again()
    {
        var (_, buffer) = await silos.NewBufferAsync();
        await buffer.AttachAsync("a1", "disk");

        await _cluster.DeactivateAsync(buffer);

        Assert.Null(_cluster.SiloOf(buffer));
        Assert.Single((await buffer.DescribeAsync()).Value.Attachments);
    }
}
