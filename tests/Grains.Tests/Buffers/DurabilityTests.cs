using DmaGrains.Analysis.Checking;
using DmaGrains.Grains.Boards.Names;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Policies;
using Orleans.Core.Internal;

namespace DmaGrains.Grains.Tests.Buffers;

public sealed class DurabilityTests(SiloFixture silo)
{
    [Fact]
    public async Task A_failed_write_leaves_nothing_behind()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a1", "gpu");
        silo.Storage.FailNextWrite(buffer);

        await Assert.ThrowsAsync<OrleansException>(() => buffer.AttachAsync("a2", "disk"));

        Assert.Equal("a1", Assert.Single((await buffer.DescribeAsync()).Value.Attachments).Name);
        Assert.Equal(uint.MaxValue, (await buffer.GetConstraintsAsync()).Value.MaxSegmentSize);
        Assert.True((await buffer.AttachAsync("a2", "disk")).IsGranted);
    }

    [Fact]
    public async Task Reads_answer_from_the_last_durable_state_and_wait_for_no_write()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        var held = silo.Storage.HoldWrites(buffer);
        var attaching = buffer.AttachAsync("a1", "disk");
        await silo.WaitForHeldWriteAsync(buffer);

        Assert.Empty((await buffer.DescribeAsync()).Value.Attachments);
        Assert.Equal(DmaConstraints.Unconstrained, (await buffer.GetConstraintsAsync()).Value);
        Assert.False(attaching.IsCompleted);

        held.Release();
        var attached = await attaching;
        Assert.Single((await buffer.DescribeAsync()).Value.Attachments);
        Assert.Equal(attached.Value.Constraints, (await buffer.GetConstraintsAsync()).Value);
    }

    [Fact]
    public async Task A_command_whose_answer_was_lost_is_carried_out_once()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        silo.Storage.FailNextWrite(buffer, afterWriting: true);

        await Assert.ThrowsAsync<OrleansException>(() => buffer.AttachAsync("a1", "disk"));
        var again = await buffer.AttachAsync("a1", "disk");

        Assert.True(again.IsGranted);
        Assert.Single((await buffer.DescribeAsync()).Value.Attachments);
    }

    [Fact]
    public async Task A_first_map_that_fails_between_its_two_writes_neither_leaks_nor_doubles_a_page()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a1", "gpu");
        silo.Storage.FailNextWrite(buffer);

        await Assert.ThrowsAsync<OrleansException>(() => buffer.MapAttachmentAsync("m1", "a1", DmaDirection.ToDevice));
        var held = await silo.Grains.GetMemory(board).DescribeAsync();
        var mapped = await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.ToDevice);

        Assert.True(mapped.IsGranted);
        Assert.Equal(held, await silo.Grains.GetMemory(board).DescribeAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task An_export_that_allocates_and_fails_leaves_no_page_that_nobody_gives_back(int write)
    {
        var board = await silo.NewBoardAsync();
        var buffer = silo.Grains.GetBuffer(board, "b");
        var export = new BufferExport("b", 8192) { Policy = ExporterPolicy.Default with { Allocation = AllocationTime.AtExport } };
        silo.Storage.FailWrite(buffer, write);
        await Assert.ThrowsAsync<OrleansException>(() => buffer.ExportAsync(export));
        Assert.Empty((await BoardCheck.RunAsync(silo.Grains, board, TestContext.Current.CancellationToken)).Value.Findings);

        Assert.True((await buffer.ExportAsync(export)).IsGranted);

        Assert.Equal(2UL, (await buffer.DescribeAsync()).Value.Storage!.PageCount);
        Assert.True((await buffer.ReleaseAsync()).IsGranted);
        Assert.Empty(await silo.Grains.GetMemory(board).GetHeldAsync());
    }

    [Fact]
    public async Task An_export_that_finds_no_memory_leaves_no_buffer()
    {
        var board = await silo.NewBoardAsync();
        var buffer = silo.Grains.GetBuffer(board, "b");

        var refused = await buffer.ExportAsync(
            new("b", 1UL << 40) { Policy = ExporterPolicy.Default with { Allocation = AllocationTime.AtExport } });

        Assert.Equal(Errno.ENOMEM, refused.Refusal!.Errno);
        Assert.Equal(Errno.ENOENT, (await buffer.DescribeAsync()).Refusal!.Errno);
        Assert.Empty(await silo.BuffersOfAsync(board));
        Assert.True((await buffer.ExportAsync(new("b", 4096))).IsGranted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_export_that_finds_no_memory_takes_its_name_off_the_listing_though_the_listing_failed(bool isSentAgain)
    {
        var board = await silo.NewBoardAsync();
        var buffer = silo.Grains.GetBuffer(board, "b");
        var export = new BufferExport("b", 1UL << 40) { Policy = ExporterPolicy.Default with { Allocation = AllocationTime.AtExport }, Id = new("c", 1) };
        silo.Storage.FailWrite(silo.Grains.GetNameBucket(board, 0), 2);
        await Assert.ThrowsAsync<OrleansException>(() => buffer.ExportAsync(export));
        Assert.Equal(["b"], await silo.BuffersOfAsync(board));

        if (isSentAgain)
        {
            Assert.Equal(Errno.ENOMEM, (await buffer.ExportAsync(export)).Refusal!.Errno);
        }
        else
        {
            // As silos do after the loss of one.
            await silo.Grains.BufferForGrains(board, "b").SettleAsync();
        }

        Assert.Empty(await silo.BuffersOfAsync(board));
        Assert.Null(await silo.Grains.GetBoard(board).RemoveAsync());
    }

    [Fact]
    public async Task A_first_map_is_allocated_anew_when_importers_came_between_its_failure_and_its_repeat()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a1", "gpu");
        silo.Storage.FailNextWrite(buffer);
        await Assert.ThrowsAsync<OrleansException>(() => buffer.MapAttachmentAsync("m1", "a1", DmaDirection.ToDevice));

        await buffer.AttachAsync("a2", "display");
        var mapped = await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.ToDevice);

        Assert.Equal(1, mapped.Value.Mapping!.ToTable().EntryCount);
        var regions = await silo.Grains.GetMemory(board).DescribeAsync();
        Assert.Equal([0UL, 1UL << 20], regions.Select(region => region.HeldBytes));
    }

    [Fact]
    public async Task Pages_of_an_unacknowledged_first_map_go_back_when_the_buffer_is_released()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a1", "gpu");
        silo.Storage.FailNextWrite(buffer);
        await Assert.ThrowsAsync<OrleansException>(() => buffer.MapAttachmentAsync("m1", "a1", DmaDirection.ToDevice));

        await buffer.DetachAsync("a1");
        await buffer.ReleaseAsync();

        Assert.Empty(await silo.Grains.GetMemory(board).GetHeldAsync());
    }

    [Fact]
    public async Task A_failed_allocation_write_gives_no_pages()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a1", "gpu");
        silo.Storage.FailNextWrite(silo.Grains.GetMemory(board));

        await Assert.ThrowsAsync<OrleansException>(() => buffer.MapAttachmentAsync("m1", "a1", DmaDirection.ToDevice));

        Assert.Empty(await silo.Grains.GetMemory(board).GetHeldAsync());
        Assert.True((await buffer.MapAttachmentAsync("m2", "a1", DmaDirection.ToDevice)).IsGranted);
    }

    [Fact]
    public async Task A_release_finishes_after_a_failure_to_give_the_pages_back()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a1", "gpu");
        await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.ToDevice);
        await buffer.UnmapAttachmentAsync("m1");
        await buffer.ReleaseAsync();
        silo.Storage.FailNextWrite(silo.Grains.GetMemory(board));

        await Assert.ThrowsAsync<OrleansException>(() => buffer.DetachAsync("a1"));
        await buffer.DetachAsync("a1");

        Assert.Empty(await silo.Grains.GetMemory(board).GetHeldAsync());
    }

    [Fact]
    public async Task State_survives_deactivation()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a1", "display");
        var mapped = await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.FromDevice);
        foreach (var grain in (IAddressable[])[buffer, silo.Grains.GetMemory(board), silo.Grains.GetBoard(board)])
        {
            await grain.AsReference<IGrainManagementExtension>().DeactivateOnIdle(TestContext.Current.CancellationToken);
        }

        var again = await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.FromDevice);

        Assert.Equal(mapped.Value.Mapping!.Storage.Extents, again.Value.Mapping!.Storage.Extents);
        Assert.Single(await silo.Grains.GetMemory(board).GetHeldAsync());
        Assert.Equal(Errno.EBUSY, (await buffer.DetachAsync("a1")).Refusal!.Errno);
    }
}
