using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;

namespace DmaGrains.Grains.Tests.Buffers;

public sealed class DmaBufferGrainTests(SiloFixture silo)
{
    [Fact]
    public async Task Map_allocates_for_everyone_attached_when_it_is_the_first()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a1", "gpu");
        await buffer.AttachAsync("a2", "display");

        var mapped = await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.Bidirectional);

        Assert.True(mapped.TryGetValue(out var reply));
        Assert.Equal(1, reply.Mapping!.ToTable().EntryCount);
        Assert.Equal(["cma"], reply.Mapping.Storage.Regions);
    }

    [Fact]
    public async Task Attach_refuses_with_EBUSY_when_storage_is_too_loose_and_leaves_the_union()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a1", "gpu");
        await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.Bidirectional);
        var before = (await buffer.GetConstraintsAsync()).Value;

        var late = await buffer.AttachAsync("a2", "display");

        Assert.Equal((Errno.EBUSY, "display", nameof(DmaConstraints.MaxSegmentCount)),
            (late.Refusal!.Errno, late.Refusal.Importer, late.Refusal.Field));
        Assert.Equal(before, (await buffer.GetConstraintsAsync()).Value);
    }

    [Fact]
    public async Task A_command_without_an_id_gets_no_reply_of_an_earlier_export()
    {
        var buffer = silo.Grains.GetBuffer(await silo.NewBoardAsync(), "frame");
        await buffer.ExportAsync(new("frame", 8192) { Id = new("camera", 1) });
        await buffer.ExecuteAsync(
            [
                new DmaCommand.Attach("a", "gpu") { Id = new("camera", 2) },
                new DmaCommand.Map("m", "a", DmaDirection.ToDevice) { Id = new("camera", 3) },
                new DmaCommand.Unmap("m") { Id = new("camera", 4) },
                new DmaCommand.Detach("a") { Id = new("camera", 5) },
                new DmaCommand.Release() { Id = new("camera", 6) },
            ],
            goOn: false);
        Assert.True((await buffer.ExportAsync(new("frame", 8192) { Id = new("camera", 7) })).IsGranted);

        Assert.True((await buffer.AttachAsync("a", "gpu")).IsGranted);
        Assert.Equal("a", Assert.Single((await buffer.DescribeAsync()).Value.Attachments).Name);
        Assert.True((await buffer.MapAttachmentAsync("m", "a", DmaDirection.ToDevice)).IsGranted);
        Assert.Equal("m", Assert.Single((await buffer.DescribeAsync()).Value.Mappings).Name);
        Assert.True((await buffer.ReleaseAsync()).IsGranted);
        Assert.True((await buffer.DescribeAsync()).Value.IsReleased);
    }

    [Fact]
    public async Task Commands_refuse_with_ENOENT_when_nothing_was_exported()
    {
        var buffer = silo.Grains.GetBuffer(await silo.NewBoardAsync(), "nothing");

        Assert.Equal(Errno.ENOENT, (await buffer.AttachAsync("a1", "gpu")).Refusal!.Errno);
        Assert.Equal(Errno.ENOENT, (await buffer.DetachAsync("a1")).Refusal!.Errno);
        Assert.Equal(Errno.ENOENT, (await buffer.ReleaseAsync()).Refusal!.Errno);
        Assert.Equal(Errno.ENOENT, (await buffer.GetScatterlistAsync("l1", "a1")).Refusal!.Errno);
        Assert.Equal(Errno.ENOENT, (await buffer.GetPfnsAsync("p1", "a1")).Refusal!.Errno);
        Assert.Equal(Errno.ENOENT, (await buffer.BeginCpuAccessAsync("c1", DmaDirection.ToDevice)).Refusal!.Errno);
        Assert.Equal(Errno.ENOENT, (await buffer.GetConstraintsAsync()).Refusal!.Errno);
        Assert.Equal(Errno.ENOENT, (await buffer.RecalcConstraintsAsync()).Refusal!.Errno);
        Assert.Equal(Errno.ENOENT, (await buffer.DescribeAsync()).Refusal!.Errno);
        Assert.Equal(Errno.ENOENT, Assert.Single(await buffer.ExecuteAsync([new DmaCommand.Release()], false)).Refusal!.Errno);
    }

    [Fact]
    public async Task Export_refuses_when_board_or_exporter_is_unknown()
    {
        var board = await silo.NewBoardAsync();

        var noBoard = await silo.Grains.GetBuffer("nowhere", "b").ExportAsync(new("b", 4096));
        var noDevice = await silo.Grains.GetBuffer(board, "b").ExportAsync(new("b", 4096, "tpu"));
        var wrongName = await silo.Grains.GetBuffer(board, "b").ExportAsync(new("c", 4096));

        Assert.Equal(Errno.ENOENT, noBoard.Refusal!.Errno);
        Assert.Equal(Errno.ENODEV, noDevice.Refusal!.Errno);
        Assert.Equal(Errno.EINVAL, wrongName.Refusal!.Errno);
        Assert.Empty(await silo.BuffersOfAsync(board));
    }

    [Fact]
    public async Task Export_takes_the_memory_that_its_exporter_names()
    {
        var board = await silo.NewBoardAsync();
        var buffer = silo.Grains.GetBuffer(board, "b");
        var export = new BufferExport("b", 8192) { Memory = new("cma", "ram") };

        Assert.True((await buffer.ExportAsync(export)).IsGranted);
        Assert.True((await buffer.ExportAsync(export)).IsGranted);
        await buffer.AttachAsync("a1", "gpu");
        var mapped = await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.Bidirectional);

        Assert.Equal(["cma"], mapped.Value.Mapping!.Storage.Regions);
        Assert.Equal(["cma", "ram"], (await buffer.DescribeAsync()).Value.Regions.Select(region => region.Name));
    }

    [Theory]
    [InlineData(Errno.EINVAL, "vram")]
    [InlineData(Errno.EINVAL, "cma", "cma")]
    public async Task Export_refuses_memory_that_the_board_has_not_and_leaves_no_name(Errno errno, params string[] regions)
    {
        var board = await silo.NewBoardAsync();
        var export = new BufferExport("b", 8192) { Memory = new(regions) };

        var refused = await silo.Grains.GetBuffer(board, "b").ExportAsync(export);

        Assert.Equal((errno, "Memory"), (refused.Refusal!.Errno, refused.Refusal.Field));
        Assert.Equal(Board.Create(SiloFixture.BoardNamed(board)).Value.Export(export).Reply.Refusal, refused.Refusal);
        Assert.Empty(await silo.BuffersOfAsync(board));
    }

    [Fact]
    public async Task Export_refuses_with_EOPNOTSUPP_a_device_that_only_imports_and_leaves_no_name()
    {
        var board = await silo.NewBoardAsync();
        var gpu = (await silo.Grains.GetBoard(board).GetAsync()).Value.Devices.First(device => device.Name == "gpu");
        await silo.Grains.GetBoard(board).SetDeviceAsync(gpu with { NeverExports = true });

        var refused = await silo.Grains.GetBuffer(board, "b").ExportAsync(new("b", 8192, "gpu"));

        Assert.Equal((Errno.EOPNOTSUPP, "gpu", "NeverExports"), (refused.Refusal!.Errno, refused.Refusal.Importer, refused.Refusal.Field));
        Assert.Empty(await silo.BuffersOfAsync(board));
    }

    [Fact]
    public async Task Attach_refuses_with_ENODEV_when_the_board_has_no_such_device()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());

        Assert.Equal(Errno.ENODEV, (await buffer.AttachAsync("a1", "tpu")).Refusal!.Errno);
        Assert.Equal(Errno.ENODEV, (await buffer.AttachAsync("a2", "../x y")).Refusal!.Errno);
    }

    [Fact]
    public async Task A_repeated_command_gets_the_first_reply_and_changes_nothing()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());
        var first = await buffer.AttachAsync("a1", "display");
        await buffer.AttachAsync("a2", "gpu");
        await buffer.DetachAsync("a1");

        var again = await buffer.AttachAsync("a1", "display");

        Assert.Equal(first.Value, again.Value);
        Assert.Equal("a2", Assert.Single((await buffer.DescribeAsync()).Value.Attachments).Name);
    }

    [Fact]
    public async Task A_refused_command_sent_again_is_a_new_attempt()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());
        await buffer.AttachAsync("a1", "gpu");
        await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.ToDevice);
        var first = await buffer.DetachAsync("a1");
        await buffer.UnmapAttachmentAsync("m1");

        var again = await buffer.DetachAsync("a1");

        Assert.Equal(Errno.EBUSY, first.Refusal!.Errno);
        Assert.True(again.IsGranted);
    }

    [Fact]
    public async Task A_batch_is_one_write_and_stops_at_the_first_refusal()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        DmaCommand[] commands =
        [
            new DmaCommand.Attach("a1", "gpu"),
            new DmaCommand.Attach("a2", "tpu"),
            new DmaCommand.Detach("a1"),
        ];
        var writes = silo.Storage.WriteCount(buffer, "buffer");

        var stopped = await buffer.ExecuteAsync([.. commands], goOn: false);

        Assert.Equal([true, false], stopped.Select(reply => reply.IsGranted));
        Assert.Single((await buffer.DescribeAsync()).Value.Attachments);
        Assert.Equal(writes + 1, silo.Storage.WriteCount(buffer, "buffer"));
        Assert.Equal([true, false, true], (await buffer.ExecuteAsync([.. commands], goOn: true)).Select(r => r.IsGranted));
        Assert.Empty((await buffer.DescribeAsync()).Value.Attachments);
    }

    [Fact]
    public async Task A_batch_refuses_with_ENOSPC_when_it_is_too_long()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());
        var commands = Enumerable.Repeat<DmaCommand>(new DmaCommand.Release(), IDmaBufferGrain.BatchMax + 1);

        var replies = await buffer.ExecuteAsync([.. commands], goOn: true);

        Assert.Equal(Errno.ENOSPC, Assert.Single(replies).Refusal!.Errno);
        Assert.Empty(await buffer.ExecuteAsync([], goOn: true));
    }

    [Fact]
    public async Task Release_gives_the_pages_back_once_when_the_last_attachment_goes()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a1", "gpu");
        await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.Bidirectional);
        await buffer.ReleaseAsync();
        Assert.Single(await silo.Grains.GetMemory(board).GetHeldAsync());

        await buffer.UnmapAttachmentAsync("m1");
        await buffer.DetachAsync("a1");

        Assert.Empty(await silo.Grains.GetMemory(board).GetHeldAsync());
        Assert.Empty(await silo.BuffersOfAsync(board));
        Assert.Equal(Errno.EBADF, (await buffer.AttachAsync("a2", "gpu")).Refusal!.Errno);
        Assert.True((await buffer.ExportAsync(new("frame", 4096) { Id = new("exporter", 2) })).IsGranted);
        Assert.Equal(2u, (await buffer.DescribeAsync()).Value.Generation);
    }

    [Fact]
    public async Task Concurrent_attaches_and_detaches_leave_the_union_of_who_is_left()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());
        string[] devices = ["gpu", "disk", "display"];
        var callers = Enumerable.Range(0, 48).Select(async caller =>
        {
            await buffer.AttachAsync($"a{caller}", devices[caller % 2]);
            if (caller % 3 != 0)
            {
                await buffer.DetachAsync($"a{caller}");
            }
        });

        await Task.WhenAll(callers);

        var recalculated = (await buffer.RecalcConstraintsAsync()).Value;
        Assert.False(recalculated.Differs);
        Assert.Equal(16, (await buffer.DescribeAsync()).Value.Attachments.Length);
    }

    [Fact]
    public async Task TestMap_answers_as_a_map_would_and_holds_nothing()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a1", "display");

        var tested = await buffer.TestMapAttachmentAsync("a1", DmaDirection.ToDevice);
        var unknown = await buffer.TestMapAttachmentAsync("a2", DmaDirection.ToDevice);

        Assert.Equal(1, tested.Value.Mapping!.ToTable().EntryCount);
        Assert.Equal(Errno.EINVAL, unknown.Refusal!.Errno);
        Assert.Equal(
            (Errno.EOPNOTSUPP, "Coherent"),
            (await buffer.TestMapAttachmentAsync("a1", DmaDirection.ToDevice, MapOptions.RequireCoherent)).Refusal is { } snoops
                ? (snoops.Errno, snoops.Field) : default);
        Assert.Empty(await silo.Grains.GetMemory(board).GetHeldAsync());
        Assert.Null((await buffer.DescribeAsync()).Value.Storage);
        Assert.Empty((await buffer.DescribeAsync()).Value.Mappings);
    }

    [Fact]
    public async Task An_attach_that_is_tried_holds_nothing_of_memory_and_MMUs()
    {
        var board = await silo.NewBoardAsync();
        var buffer = silo.Grains.GetBuffer(board, "tried");
        await buffer.ExportAsync(new("tried", 100_000) { Policy = new() { AttachTest = AttachTest.Map } });
        var huge = silo.Grains.GetBuffer(board, "huge");
        await huge.ExportAsync(new("huge", 1UL << 50) { Policy = new() { AttachTest = AttachTest.Map } });

        var granted = await buffer.AttachAsync("a1", "gpu");
        var refused = await huge.AttachAsync("a1", "gpu");

        Assert.True(granted.IsGranted);
        Assert.Equal(Errno.ENOMEM, refused.Refusal!.Errno);
        Assert.Empty((await huge.DescribeAsync()).Value.Attachments);
        Assert.Null((await buffer.DescribeAsync()).Value.Storage);
        Assert.Empty(await silo.Grains.GetMemory(board).GetHeldAsync());
        Assert.Empty(await silo.Grains.GetTranslation(board).GetHeldAsync());
    }

    [Fact]
    public async Task Raw_access_is_put_back_as_it_was_taken()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());
        await buffer.AttachAsync("a1", "gpu");

        var list = (await buffer.GetScatterlistAsync("l1", "a1")).Value.Mapping!;
        var numbers = (await buffer.GetPfnsAsync("p1", "a1")).Value.Mapping!;

        Assert.Equal((BufferAccess.Scatterlist, BufferAccess.Pfns), (list.Access, numbers.Access));
        Assert.Equal(Errno.EINVAL, (await buffer.PutPfnsAsync("l1")).Refusal!.Errno);
        Assert.Equal(Errno.EINVAL, (await buffer.PutScatterlistAsync("p1")).Refusal!.Errno);
        Assert.Equal(Errno.EINVAL, (await buffer.UnmapAttachmentAsync("l1")).Refusal!.Errno);
        Assert.True((await buffer.PutScatterlistAsync("l1")).IsGranted);
        Assert.True((await buffer.PutPfnsAsync("p1")).IsGranted);
        Assert.Empty((await buffer.DescribeAsync()).Value.Mappings);
    }

    [Fact]
    public async Task CpuAccess_is_a_hazard_while_a_device_owns_the_buffer_and_none_once_begun()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());
        await buffer.AttachAsync("a1", "gpu");
        await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.ToDevice);

        Assert.True((await buffer.BeginCpuAccessAsync("c1", DmaDirection.ToDevice)).IsGranted);
        Assert.True((await buffer.CpuAccessAsync("c2", DmaDirection.ToDevice)).IsGranted);
        Assert.True((await buffer.EndCpuAccessAsync("c1")).IsGranted);
        Assert.Empty((await buffer.DescribeAsync()).Value.Hazards);
        await buffer.CpuAccessAsync("c3", DmaDirection.ToDevice);

        var described = (await buffer.DescribeAsync()).Value;
        Assert.Equal(HazardKind.CpuAccessWhileDeviceOwns, Assert.Single(described.Hazards).Kind);
        Assert.Equal(2UL, described.Costs.CacheCleans);
        Assert.Equal(Errno.EINVAL, (await buffer.EndCpuAccessAsync("c9")).Refusal!.Errno);
    }

    [Fact]
    public async Task Syncs_hand_a_live_mapping_to_the_CPU_and_back()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());
        await buffer.AttachAsync("a1", "gpu");
        await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.Bidirectional);

        Assert.True((await buffer.FlushAsync("m1")).IsGranted);
        for (var turn = 0; turn < 2; turn++)
        {
            Assert.True((await buffer.SyncForCpuAsync($"s{turn}", "m1")).IsGranted);
            Assert.True((await buffer.CpuAccessAsync($"c{turn}", DmaDirection.Bidirectional)).IsGranted);
            Assert.True((await buffer.SyncForDeviceAsync($"t{turn}", "m1")).IsGranted);
        }

        var described = (await buffer.DescribeAsync()).Value;
        Assert.Empty(described.Hazards);
        Assert.Equal((3UL, 2UL), (described.Costs.CacheCleans, described.Costs.CacheInvalidates));
        Assert.Equal(Errno.EINVAL, (await buffer.FlushAsync("m9")).Refusal!.Errno);
    }

    [Fact]
    public async Task Map_refuses_with_EOPNOTSUPP_when_it_asks_for_what_the_device_cannot()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());
        await buffer.AttachAsync("a1", "gpu");

        var refused = await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.ToDevice, MapOptions.RequireCoherent);

        Assert.Equal((Errno.EOPNOTSUPP, "gpu", "Coherent"), (refused.Refusal!.Errno, refused.Refusal.Importer, refused.Refusal.Field));
        Assert.True((await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.ToDevice, MapOptions.NoBounce)).IsGranted);
    }

    [Fact]
    public async Task Revoke_leaves_holders_to_unmap_and_nobody_else()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a1", "gpu");
        await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.ToDevice);

        await buffer.RevokeAsync();

        Assert.Equal(Errno.ENODEV, (await buffer.AttachAsync("a2", "gpu")).Refusal!.Errno);
        Assert.Single(await silo.Grains.GetMemory(board).GetHeldAsync());
        Assert.True((await buffer.UnmapAttachmentAsync("m1")).IsGranted);
        Assert.Empty(await silo.Grains.GetMemory(board).GetHeldAsync());
    }

    [Fact]
    public async Task Attach_sees_what_a_device_has_become_since_the_last_attach()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a1", "disk");
        await buffer.DetachAsync("a1");

        await silo.Grains.GetBoard(board).SetDeviceAsync(new Device("disk", new DeviceDmaParameters(4096, 512, 0)));
        await silo.Grains.GetBoard(board).SetDeviceAsync(new Device("npu", new DeviceDmaParameters(8192, 512, 0)));

        Assert.Equal(4096u, (await buffer.AttachAsync("a2", "disk")).Value.Constraints.MaxSegmentSize);
        Assert.True((await buffer.AttachAsync("a3", "npu")).IsGranted);
    }

    [Fact]
    public async Task Devices_can_change_while_buffers_come_and_attach()
    {
        var board = await silo.NewBoardAsync();
        var changes = Enumerable.Range(1, 20).Select(count => silo.Grains.GetBoard(board).SetDeviceAsync(
            new Device("disk", new DeviceDmaParameters(65536, (uint)(512 + count), 0))));
        var importers = Enumerable.Range(1, 20).Select(async number =>
        {
            var buffer = await silo.NewBufferAsync(board, $"b{number}");
            return await buffer.AttachAsync("a1", "disk");
        });

        await Task.WhenAll(Task.WhenAll(changes), Task.WhenAll(importers));

        var last = (await silo.Grains.GetDevice(board, "disk").GetAsync()).Value.Parameters!.Value.MaxSegmentCount;
        var buffer = silo.Grains.GetBuffer(board, "b7");
        await buffer.DetachAsync("a1");
        Assert.Equal(last, (await buffer.AttachAsync("a2", "disk")).Value.Constraints.MaxSegmentCount);
    }

    [Fact]
    public async Task Recalc_reports_a_difference_when_a_device_changed_after_it_attached()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a1", "disk");

        await silo.Grains.GetBoard(board).SetDeviceAsync(new Device("disk", new DeviceDmaParameters(4096, 512, 0)));

        var recalculated = (await buffer.RecalcConstraintsAsync()).Value;
        Assert.True(recalculated.Differs);
        Assert.Equal("disk", recalculated.ChangedImporter);
        Assert.Equal((65536u, 4096u), (recalculated.Running.MaxSegmentSize, recalculated.Recalculated.MaxSegmentSize));
    }
}
