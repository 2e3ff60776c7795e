using DmaGrains.Grains.Boards.Names;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;
using Orleans.Core.Internal;

namespace DmaGrains.Grains.Tests.Boards.Names;

public sealed class NameBucketsTests(SiloFixture silo)
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
        var grain = silo.Grains.BoardForGrains(board);
        var names = Enumerable.Range(0, 3000).Select(number => $"b{number}").ToList();
        await Task.WhenAll(names.Select(name => grain.AddBufferAsync(name, 0, null, default)));

        var listed = await silo.BuffersOfAsync(board, page: 70);
        await Task.WhenAll(names.Take(1000).Select(name => grain.RemoveBufferAsync(name, 0)));

        Assert.Equal(names.Order(), listed.Order());
        Assert.Equal(names.Skip(1000).Order(), (await silo.BuffersOfAsync(board)).Order());
        Assert.InRange(silo.Storage.WriteCount(grain, "name-buckets"), 3000 / NameBucket.NamesMax, 3000 / (NameBucket.NamesWanted / 4));
    }

    [Fact]
    public async Task A_name_added_twice_is_there_once()
    {
        var board = await silo.NewBoardAsync();
        var grain = silo.Grains.BoardForGrains(board);

        Assert.True((await grain.AddBufferAsync("b", 0, null, default)).IsGranted);
        Assert.True((await grain.AddBufferAsync("b", 0, "gpu", default)).IsGranted);

        Assert.Equal(["b"], await silo.BuffersOfAsync(board));
        Assert.Equal(1, silo.Storage.WriteCount(silo.Grains.GetNameBucket(board, 0)));
    }

    [Theory]
    [MemberData(nameof(WritesOfASplit))]
    public async Task A_split_whose_write_fails_loses_and_doubles_no_name(uint? writer, bool afterWriting)
    {
        var board = await silo.NewBoardAsync();
        var grain = silo.Grains.BoardForGrains(board);
        var names = Enumerable.Range(0, NameBucket.NamesWanted).Select(index => $"b{index}").ToHashSet();
        await Task.WhenAll(names.Select(name => grain.AddBufferAsync(name, 0, null, default)));

        // The name that makes it too many is added first, in the old bucket.
        IAddressable writing = writer is { } number ? silo.Grains.GetNameBucket(board, number) : grain;
        silo.Storage.FailWrite(writing, writer == 0 ? 2 : 1, afterWriting);
        await Assert.ThrowsAsync<OrleansException>(() => grain.AddBufferAsync("one-more", 0, null, default));

        Assert.Equal(names.Append("one-more").Order(), (await silo.BuffersOfAsync(board, page: 50)).Order());
        names.ExceptWith(["b0", "b1", "b2", "b3", "b4", "b5"]);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(number => grain.RemoveBufferAsync($"b{number}", 0)));
        names.UnionWith(Enumerable.Range(1000, 300).Append(0).Select(number => $"b{number}").Append("one-more"));
        await Task.WhenAll(names.Select(name => grain.AddBufferAsync(name, 1, null, default)));
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
        var grain = silo.Grains.BoardForGrains(board);
        silo.Storage.FailNextWrite(silo.Grains.GetNameBucket(board, 0));

        await Assert.ThrowsAsync<OrleansException>(() => grain.AddBufferAsync("b", 0, null, default));

        Assert.Empty(await silo.BuffersOfAsync(board));
        Assert.True((await grain.AddBufferAsync("b", 0, null, default)).IsGranted);
        Assert.Equal(["b"], await silo.BuffersOfAsync(board));
    }

    [Fact]
    public async Task A_removal_that_comes_late_leaves_the_buffer_that_was_exported_since()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        var first = (await buffer.DescribeAsync()).Value.Generation;
        await buffer.ReleaseAsync();
        Assert.True((await buffer.ExportAsync(new("frame", 8192))).IsGranted);

        await silo.Grains.BoardForGrains(board).RemoveBufferAsync("frame", first);

        Assert.Equal(["frame"], await silo.BuffersOfAsync(board));
        await buffer.ReleaseAsync();
        Assert.Empty(await silo.BuffersOfAsync(board));
    }

    [Fact]
    public async Task A_removal_counts_for_the_generation_that_a_buffer_moved_to()
    {
        var board = await silo.NewBoardAsync();
        var grain = silo.Grains.BoardForGrains(board);
        Assert.True((await grain.AddBufferAsync("b", 4, null, default)).IsGranted);

        await grain.RemoveBufferAsync("b", 5);

        Assert.Empty(await silo.BuffersOfAsync(board));
    }

    [Fact]
    public async Task A_name_that_comes_after_its_removal_is_refused_and_its_next_generation_is_not()
    {
        var board = await silo.NewBoardAsync();
        var grain = silo.Grains.BoardForGrains(board);
        Assert.True((await grain.AddBufferAsync("b", 4, null, default)).IsGranted);
        await grain.RemoveBufferAsync("b", 4);

        var late = await grain.AddBufferAsync("b", 4, null, default);

        Assert.Equal((Errno.EINVAL, "Generation"), (late.Refusal!.Errno, late.Refusal.Field));
        Assert.Empty(await silo.BuffersOfAsync(board));
        Assert.True((await grain.AddBufferAsync("b", 6, null, default)).IsGranted);
    }

    [Fact]
    public async Task A_name_that_comes_after_its_removal_is_refused_by_a_bucket_that_activated_since()
    {
        var board = await silo.NewBoardAsync();
        var grain = silo.Grains.BoardForGrains(board);
        await grain.AddBufferAsync("b", 0, null, default);
        await grain.RemoveBufferAsync("b", 0);
        await silo.Grains.GetNameBucket(board, 0).AsReference<IGrainManagementExtension>()
            .DeactivateOnIdle(TestContext.Current.CancellationToken);

        Assert.Equal("Generation", (await grain.AddBufferAsync("b", 0, null, default)).Refusal!.Field);
    }

    [Fact]
    public async Task A_removal_that_overtook_its_name_keeps_it_away()
    {
        var board = await silo.NewBoardAsync();
        var grain = silo.Grains.BoardForGrains(board);
        await grain.RemoveBufferAsync("b", 0);

        Assert.Equal("Generation", (await grain.AddBufferAsync("b", 0, null, default)).Refusal!.Field);
    }

    [Fact]
    public async Task An_export_sent_again_puts_a_living_buffer_back_into_its_listing()
    {
        var board = await silo.NewBoardAsync();
        var export = new BufferExport("frame", 4096) { Id = new("exporter", 1) };
        var buffer = silo.Grains.GetBuffer(board, "frame");
        await buffer.ExportAsync(export);
        await silo.EmptyListingAsync(board);

        Assert.True((await buffer.ExportAsync(export)).IsGranted);

        Assert.Equal(["frame"], await silo.BuffersOfAsync(board));
    }

    [Fact]
    public async Task An_export_of_a_gone_buffer_sent_again_lists_nothing()
    {
        var board = await silo.NewBoardAsync();
        var export = new BufferExport("frame", 4096);
        var buffer = silo.Grains.GetBuffer(board, "frame");
        await buffer.ExportAsync(export);
        await buffer.ReleaseAsync();

        Assert.True((await buffer.ExportAsync(export)).IsGranted);

        Assert.Empty(await silo.BuffersOfAsync(board));
    }

    [Fact]
    public async Task An_export_that_finds_no_memory_uses_its_generation_up()
    {
        var board = await silo.NewBoardAsync();
        var buffer = silo.Grains.GetBuffer(board, "b");
        await buffer.ExportAsync(
            new("b", 1UL << 40) { Policy = ExporterPolicy.Default with { Allocation = AllocationTime.AtExport } });

        Assert.True((await buffer.ExportAsync(new("b", 4096))).IsGranted);
        await silo.Grains.BoardForGrains(board).RemoveBufferAsync("b", 0);

        Assert.Equal(["b"], await silo.BuffersOfAsync(board));
    }
}
