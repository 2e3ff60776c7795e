using DmaGrains.Grains.Boards.Names;
using DmaGrains.Interfaces;
using Orleans.Core.Internal;

namespace DmaGrains.Grains.Tests.Boards.Names;

public sealed class BufferNamesTests(SiloFixture silo)
{
    /// <summary>The bucket that writes, or null for the board; and whether its write lands.</summary>
    public static TheoryData<uint?, bool> WritesOfASplit => new()
    {
        { 1, false },
        { 1, true },
        { 0, false },
        { 0, true },
        { null, false },
        { null, true },
    };

    [Fact]
    public async Task Names_come_and_go_while_buckets_split()
    {
        var board = await silo.NewBoardAsync();
        var grain = silo.Grains.GetBoard(board);
        var names = Enumerable.Range(0, 3000).Select(number => $"b{number}").ToList();
        await Task.WhenAll(names.Select(name => grain.AddBufferAsync(name, null, default)));

        var listed = await silo.BuffersOfAsync(board, page: 70);
        await Task.WhenAll(names.Take(1000).Select(grain.RemoveBufferAsync));

        Assert.Equal(names.Order(), listed.Order());
        Assert.Equal(names.Skip(1000).Order(), (await silo.BuffersOfAsync(board)).Order());
        Assert.InRange(silo.Storage.WriteCount(grain, "name-buckets"), 3000 / NameBucket.NamesMax, 3000 / (NameBucket.NamesWanted / 4));
    }

    [Fact]
    public async Task A_name_added_twice_is_there_once()
    {
        var board = await silo.NewBoardAsync();
        var grain = silo.Grains.GetBoard(board);

        Assert.True((await grain.AddBufferAsync("b", null, default)).IsGranted);
        Assert.True((await grain.AddBufferAsync("b", "gpu", default)).IsGranted);

        Assert.Equal(["b"], await silo.BuffersOfAsync(board));
        Assert.Equal(1, silo.Storage.WriteCount(silo.Grains.GetNameBucket(board, 0)));
    }

    [Theory]
    [MemberData(nameof(WritesOfASplit))]
    public async Task A_split_whose_write_fails_loses_and_doubles_no_name(uint? writer, bool afterWriting)
    {
        var board = await silo.NewBoardAsync();
        var grain = silo.Grains.GetBoard(board);
        var names = Enumerable.Range(0, NameBucket.NamesWanted).Select(index => $"b{index}").ToHashSet();
        await Task.WhenAll(names.Select(name => grain.AddBufferAsync(name, null, default)));

        // The name that makes it too many is added first, in the old bucket.
        IAddressable writing = writer is { } number ? silo.Grains.GetNameBucket(board, number) : grain;
        silo.Storage.FailWrite(writing, writer == 0 ? 2 : 1, afterWriting);
        await Assert.ThrowsAnyAsync<Exception>(() => grain.AddBufferAsync("one-more", null, default));

        Assert.Equal(names.Append("one-more").Order(), (await silo.BuffersOfAsync(board, page: 50)).Order());
        names.ExceptWith(["b0", "b1", "b2", "b3", "b4", "b5"]);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(number => grain.RemoveBufferAsync($"b{number}")));
        names.UnionWith(Enumerable.Range(1000, 300).Append(0).Select(number => $"b{number}").Append("one-more"));
        await Task.WhenAll(names.Select(name => grain.AddBufferAsync(name, null, default)));
        foreach (var bucket in (uint[])[0, 1])
        {
            await silo.Grains.GetNameBucket(board, bucket).AsReference<IGrainManagementExtension>()
                .DeactivateOnIdle(TestContext.Current.CancellationToken);
        }

        Assert.Equal(names.Order(), (await silo.BuffersOfAsync(board)).Order());
    }

    [Fact]
    public async Task A_failed_add_leaves_no_name()
    {
        var board = await silo.NewBoardAsync();
        var grain = silo.Grains.GetBoard(board);
        silo.Storage.FailNextWrite(silo.Grains.GetNameBucket(board, 0));

        await Assert.ThrowsAnyAsync<Exception>(() => grain.AddBufferAsync("b", null, default));

        Assert.Empty(await silo.BuffersOfAsync(board));
        Assert.True((await grain.AddBufferAsync("b", null, default)).IsGranted);
        Assert.Equal(["b"], await silo.BuffersOfAsync(board));
    }
}
