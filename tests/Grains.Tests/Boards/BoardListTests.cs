using DmaGrains.Analysis.Checking;
using DmaGrains.Grains.Boards.Names;
using DmaGrains.Interfaces;
using DmaGrains.Testing;

namespace DmaGrains.Grains.Tests.Boards;

/// <summary>With a cluster of its own: all boards of a cluster share one list.</summary>
public sealed class BoardListTests : IAsyncLifetime
{
    private DmaTestCluster _cluster = null!;

    private IBoardGrain Board => _cluster.Grains.GetBoard("b");

    private INameBucketGrain Bucket => _cluster.Grains.GetNameBucket(string.Empty, 0);

    public async ValueTask InitializeAsync() => _cluster = await DmaTestCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Boards_are_listed_when_they_are_defined_and_until_they_are_removed()
    {
        Assert.Empty(await BoardsAsync());
        await DefineAsync();
        await _cluster.Grains.GetBoard("other").DefineAsync(SiloFixture.BoardNamed("other"));

        Assert.Equal(["b", "other"], (await BoardsAsync()).Order());
        await Board.RemoveAsync();
        Assert.Equal(["other"], await BoardsAsync());
    }

    [Fact]
    public async Task A_board_that_the_list_lacks_is_listed_when_it_is_defined_again()
    {
        await DefineAsync();
        await _cluster.WriteStateAsync(Bucket, "names", new NameBucketRecord());

        await DefineAsync();

        Assert.Equal(["b"], await BoardsAsync());
    }

    [Fact]
    public async Task A_removal_that_comes_late_leaves_the_board_that_was_defined_since()
    {
        await DefineAsync();
        await Board.RemoveAsync();
        await DefineAsync();

        await _cluster.Grains.BoardsForGrains().RemoveAsync("b", 0);

        Assert.Equal(["b"], await BoardsAsync());
    }

    [Fact]
    public async Task A_board_whose_listing_fails_is_listed_when_it_is_defined_again()
    {
        _cluster.Storage.FailNextWrite(Bucket);
        await Assert.ThrowsAsync<OrleansException>(DefineAsync);
        Assert.Empty(await BoardsAsync());

        await DefineAsync();

        Assert.Equal(["b"], await BoardsAsync());
    }

    [Fact]
    public async Task A_removal_goes_on_where_the_list_stopped_it()
    {
        await DefineAsync();
        _cluster.Storage.FailNextWrite(Bucket);
        await Assert.ThrowsAsync<OrleansException>(() => Board.RemoveAsync());

        Assert.Null(await Board.RemoveAsync());

        Assert.Empty(await BoardsAsync());
        await _cluster.CheckInvariantsAsync();
    }

    [Fact]
    public async Task A_repair_puts_a_board_back_on_the_list()
    {
        await DefineAsync();
        await _cluster.WriteStateAsync(Bucket, "names", new NameBucketRecord());

        var check = (await BoardCheck.RepairAsync(_cluster.Grains, "b", TestContext.Current.CancellationToken)).Value;

        Assert.Equal(["the board is on the list of boards again"], check.Mended);
        Assert.Empty(check.Findings);
        Assert.Equal(["b"], await BoardsAsync());
    }

    private async Task DefineAsync() => Assert.True((await Board.DefineAsync(SiloFixture.BoardNamed("b"))).IsGranted);

    private async Task<List<string>> BoardsAsync()
    {
        var names = new List<string>();
        await foreach (var listed in _cluster.Grains.GetBoards().BoardPagesAsync(page: 1))
        {
            names.AddRange(listed);
        }

        return names;
    }
}
