using DmaGrains.Grains.Boards.Names;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Grains.Tests.Boards;

public sealed class BoardGrainTests(SiloFixture silo)
{
    [Fact]
    public async Task Define_again_changes_nothing_when_it_says_the_same()
    {
        var board = await silo.NewBoardAsync();
        var writes = silo.Storage.WriteCount(silo.Grains.GetBoard(board), "board");

        var again = await silo.Grains.GetBoard(board).DefineAsync(SiloFixture.BoardNamed(board));

        Assert.True(again.IsGranted);
        Assert.Equal(writes, silo.Storage.WriteCount(silo.Grains.GetBoard(board), "board"));
    }

    [Fact]
    public async Task Define_refuses_with_EEXIST_when_it_says_otherwise()
    {
        var board = await silo.NewBoardAsync();
        var other = SiloFixture.BoardNamed(board) with { Title = "Another" };

        Assert.Equal(Errno.EEXIST, (await silo.Grains.GetBoard(board).DefineAsync(other)).Refusal!.Errno);
    }

    [Fact]
    public async Task Define_refuses_a_malformed_board_and_leaves_none()
    {
        var board = SiloFixture.BoardNamed("twice");
        var broken = board with { Devices = [.. board.Devices, board.Devices[0]] };

        Assert.Equal(Errno.EEXIST, (await silo.Grains.GetBoard("twice").DefineAsync(broken)).Refusal!.Errno);
        Assert.Equal(Errno.ENOENT, (await silo.Grains.GetBoard("twice").GetAsync()).Refusal!.Errno);
        Assert.Equal(Errno.EINVAL, (await silo.Grains.GetBoard("other").DefineAsync(board)).Refusal!.Errno);
    }

    [Fact]
    public async Task Define_goes_on_where_a_failure_stopped_it()
    {
        silo.Storage.FailNextWrite(silo.Grains.GetDevice("halfway", "display"));
        var definition = SiloFixture.BoardNamed("halfway");
        await Assert.ThrowsAsync<OrleansException>(() => silo.Grains.GetBoard("halfway").DefineAsync(definition));

        var defined = await silo.Grains.GetBoard("halfway").DefineAsync(definition);

        Assert.True(defined.IsGranted);
        Assert.True((await silo.Grains.GetDevice("halfway", "disk").GetAsync()).IsGranted);
    }

    [Fact]
    public async Task SwitchContext_refuses_what_has_no_context()
    {
        var board = silo.Grains.GetBoard(await silo.NewBoardAsync());

        var noBoard = await silo.Grains.GetBoard("nowhere").SwitchContextAsync("gpu", 0);
        var noDevice = await board.SwitchContextAsync("tpu", 0);
        var noMmu = await board.SwitchContextAsync("gpu", 0);

        Assert.Equal(Errno.ENOENT, noBoard!.Errno);
        Assert.Equal((Errno.ENODEV, "tpu"), (noDevice!.Errno, noDevice.Importer));
        Assert.Equal((Errno.EINVAL, "gpu", "Iommu"), (noMmu!.Errno, noMmu.Importer, noMmu.Field));
    }

    [Fact]
    public async Task SwitchContext_is_of_the_MMU_that_the_device_stands_behind_now()
    {
        var board = silo.Grains.GetBoard("contexts");
        await board.DefineAsync(SiloFixture.BoardNamed("contexts") with
        {
            Stages = [new IommuStage("mmu", new(new(0x1000), new(0xffffff), 4096)) { ContextCount = 2 }],
        });
        await board.SetDeviceAsync(new Device("gpu", new DeviceDmaParameters(uint.MaxValue, 0, 0)) { BusMmu = "mmu" });
        var buffer = await silo.NewBufferAsync("contexts");
        await buffer.AttachAsync("a1", "gpu");
        await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.ToDevice);

        Assert.Null(await board.SwitchContextAsync("gpu", 1));
        Assert.Equal("Context", (await buffer.UnmapAttachmentAsync("m1")).Refusal!.Field);
        Assert.Equal((Errno.EINVAL, "Context"), await board.SwitchContextAsync("gpu", 2) is { } refusal ? (refusal.Errno, refusal.Field) : default);
        Assert.Null(await board.SwitchContextAsync("gpu", 0));
        Assert.True((await buffer.UnmapAttachmentAsync("m1")).IsGranted);
    }

    [Fact]
    public async Task SetDevice_adds_and_replaces()
    {
        var board = silo.Grains.GetBoard(await silo.NewBoardAsync());

        await board.SetDeviceAsync(new Device("npu", null));
        await board.SetDeviceAsync(new Device("npu", new DeviceDmaParameters(4096, 0, 0)));

        var devices = (await board.GetAsync()).Value.Devices;
        Assert.Equal(4096u, Assert.Single(devices, device => device.Name == "npu").Parameters!.Value.MaxSegmentSize);
        Assert.Equal(
            Errno.EINVAL, (await board.SetDeviceAsync(new Device("npu", new(0, 0, 0xf0f)))).Refusal!.Errno);
    }

    [Fact]
    public async Task SetDevice_refuses_what_the_board_could_not_be_defined_with()
    {
        var grain = silo.Grains.GetBoard("behind");
        var definition = SiloFixture.BoardNamed("behind") with
        {
            Stages = [new IommuStage("mmu", new(new(0x1000), new(0xffffff), 4096)) { Owner = StageOwner.Driver }],
        };
        await grain.DefineAsync(definition);
        Assert.True((await grain.SetDeviceAsync(new Device("npu", null) { Iommu = "mmu" })).IsGranted);

        var shared = await grain.SetDeviceAsync(new Device("gpu", null) { BusMmu = "mmu" });
        var unknown = await grain.SetDeviceAsync(new Device("tpu", null) { Iommu = "ghost" });

        Assert.Equal((Errno.EBUSY, "Owner"), (shared.Refusal!.Errno, shared.Refusal.Field));
        Assert.Equal((Errno.EINVAL, "tpu", "Iommu"), (unknown.Refusal!.Errno, unknown.Refusal.Importer, unknown.Refusal.Field));
        Assert.Null((await silo.Grains.GetDevice("behind", "gpu").GetAsync()).Value.BusMmu);
        Assert.Equal(4, (await grain.GetAsync()).Value.Devices.Length);
    }

    [Fact]
    public async Task ListBuffers_names_every_buffer_once_whatever_the_size_of_pages()
    {
        var board = await silo.NewBoardAsync();
        foreach (var name in (string[])["c", "a", "b"])
        {
            await silo.NewBufferAsync(board, name);
        }

        var all = await silo.BuffersOfAsync(board);

        Assert.Equal(["a", "b", "c"], all.Order());
        Assert.Equal(all, await silo.BuffersOfAsync(board, page: 2));
        Assert.Equal(all, await silo.BuffersOfAsync(board, page: 1));
    }

    [Fact]
    public async Task ListBuffers_refuses_with_EINVAL_what_no_page_said()
    {
        var board = silo.Grains.GetBoard(await silo.NewBoardAsync());

        var refusal = (await board.ListBuffersAsync("frame", 10)).Refusal!;

        Assert.Equal((Errno.EINVAL, "Cursor"), (refusal.Errno, refusal.Field));
    }

    [Fact]
    public async Task Memory_refuses_when_it_is_not_laid_out_or_would_be_laid_out_under_buffers()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a1", "gpu");
        await buffer.MapAttachmentAsync("m1", "a1", default);
        MemoryRegionLayout other = new("other", MemoryKind.System, new PageExtent(0, 16));

        var relaid = await silo.Grains.MemoryForGrains(board).LayOutAsync([other]);
        var nothing = await silo.Grains.MemoryForGrains("nowhere").AllocateAsync(
            new(new("b", 0), 4096, new(4096, 1, ulong.MaxValue), ulong.MaxValue, "gpu"));

        Assert.Equal(Errno.EBUSY, relaid.Refusal!.Errno);
        Assert.Equal(Errno.ENOENT, nothing.Refusal!.Errno);
    }

    [Fact]
    public async Task Device_refuses_what_is_not_its_own()
    {
        var device = silo.Grains.DeviceForGrains(await silo.NewBoardAsync(), "npu");

        Assert.Equal(Errno.ENODEV, (await device.GetAsync()).Refusal!.Errno);
        Assert.Equal(Errno.EINVAL, (await device.RegisterAsync(new Device("other", null))).Refusal!.Errno);
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("translation")]
    [InlineData("device")]
    [InlineData("board")]
    public async Task SetDevice_between_two_Defines_finishes_what_the_first_began(string failing)
    {
        var name = $"cut-off-{failing}";
        var board = silo.Grains.GetBoard(name);
        var definition = SiloFixture.BoardNamed(name);
        var npu = new Device("npu", null);
        if (failing == "board")
        {
            silo.Storage.FailWrite(board, 2, state: "board");
        }
        else
        {
            silo.Storage.FailNextWrite(
                failing == "memory" ? silo.Grains.GetMemory(name)
                : failing == "translation" ? silo.Grains.GetTranslation(name)
                : silo.Grains.GetDevice(name, "display"));
        }

        await Assert.ThrowsAsync<OrleansException>(() => board.DefineAsync(definition));
        Assert.Equal(Errno.ENOENT, (await board.GetAsync()).Refusal!.Errno);
        Assert.Equal(Errno.ENOENT, (await silo.Grains.GetBuffer(name, "b").ExportAsync(new("b", 4096))).Refusal!.Errno);
        Assert.Equal(Errno.ENOENT, (await board.SwitchContextAsync("gpu", 0))!.Errno);

        Assert.True((await board.SetDeviceAsync(npu)).IsGranted);

        Assert.Equal(definition.Devices.Add(npu), (await board.GetAsync()).Value.Devices);
        Assert.True((await board.DefineAsync(definition with { Devices = definition.Devices.Add(npu) })).IsGranted);
        Assert.Equal(Errno.EEXIST, (await board.DefineAsync(definition)).Refusal!.Errno);
        Assert.True((await MapAsync(name, "display")).IsGranted);
    }

    [Fact]
    public async Task Define_of_what_was_begun_goes_on_and_of_something_else_is_EEXIST()
    {
        var board = silo.Grains.GetBoard("begun");
        var definition = SiloFixture.BoardNamed("begun");
        silo.Storage.FailNextWrite(silo.Grains.GetMemory("begun"));
        await Assert.ThrowsAsync<OrleansException>(() => board.DefineAsync(definition));

        Assert.Equal(Errno.EEXIST, (await board.DefineAsync(definition with { Title = "Another" })).Refusal!.Errno);
        Assert.True((await board.DefineAsync(definition)).IsGranted);

        Assert.True((await MapAsync("begun", "gpu")).IsGranted);
    }

    [Fact]
    public async Task Replace_defines_anew_whatever_the_board_was()
    {
        var name = await silo.NewBoardAsync();
        var board = silo.Grains.GetBoard(name);
        var definition = SiloFixture.BoardNamed(name) with
        {
            Memory = [new("other", MemoryKind.System, new PageExtent(0x100, 4096))],
            Devices = [new Device("npu", new DeviceDmaParameters(uint.MaxValue, 0, 0)), new Device("gpu", new(65536, 0, 0))],
        };
        await SeenByASiloAsync(name);

        Assert.True((await board.ReplaceAsync(definition)).IsGranted);

        Assert.True((await board.GetAsync()).Value.SaysTheSameAs(definition));
        Assert.Equal(["other"], (await silo.Grains.GetMemory(name).DescribeAsync()).Select(region => region.Name));
        Assert.Equal(Errno.ENODEV, (await silo.Grains.GetDevice(name, "display").GetAsync()).Refusal!.Errno);
        var buffer = silo.Grains.GetBuffer(name, "next");
        await buffer.ExportAsync(new("next", 4096));
        Assert.Equal(Errno.ENODEV, (await buffer.AttachAsync("a1", "display")).Refusal!.Errno);
        await buffer.AttachAsync("a2", "gpu");
        Assert.Equal(65536u, (await buffer.GetConstraintsAsync()).Value.MaxSegmentSize);
    }

    [Fact]
    public async Task Replace_is_EBUSY_where_buffers_would_lose_their_memory_and_lets_devices_change_under_them()
    {
        var name = await silo.NewBoardAsync();
        var board = silo.Grains.GetBoard(name);
        var buffer = await silo.NewBufferAsync(name);
        var definition = SiloFixture.BoardNamed(name);

        var memory = await board.ReplaceAsync(definition with { Memory = [definition.Memory[0]] });
        var mmus = await board.ReplaceAsync(definition with { Stages = [new IommuStage("mmu", new(new(0x1000), new(0xffffff), 4096))] });
        var devices = await board.ReplaceAsync(definition with { Devices = definition.Devices.Add(new Device("npu", null)) });

        Assert.Equal((Errno.EBUSY, "Memory"), (memory.Refusal!.Errno, memory.Refusal.Field));
        Assert.Equal((Errno.EBUSY, "Memory"), (mmus.Refusal!.Errno, mmus.Refusal.Field));
        Assert.True(devices.IsGranted);
        Assert.True((await buffer.AttachAsync("a1", "npu")).IsGranted);
    }

    [Fact]
    public async Task Replace_goes_on_where_a_failure_stopped_it_and_leaves_no_device_of_the_board_before()
    {
        var name = await silo.NewBoardAsync();
        var board = silo.Grains.GetBoard(name);
        var definition = SiloFixture.BoardNamed(name) with { Devices = [new Device("npu", null)] };
        silo.Storage.FailNextWrite(silo.Grains.GetDevice(name, "display"));
        await Assert.ThrowsAsync<OrleansException>(() => board.ReplaceAsync(definition));

        Assert.True((await board.DefineAsync(definition)).IsGranted);

        Assert.All(
            await Task.WhenAll(SiloFixture.BoardNamed(name).Devices.Select(device => silo.Grains.GetDevice(name, device.Name).GetAsync())),
            found => Assert.Equal(Errno.ENODEV, found.Refusal!.Errno));
    }

    [Fact]
    public async Task Replace_with_what_it_is_sets_up_what_is_missing()
    {
        var name = await silo.NewBoardAsync();
        await silo.Grains.MemoryForGrains(name).LayOutAsync([]);
        await silo.Grains.DeviceForGrains(name, "gpu").RemoveAsync();

        Assert.True((await silo.Grains.GetBoard(name).ReplaceAsync(SiloFixture.BoardNamed(name))).IsGranted);

        Assert.True((await MapAsync(name, "gpu")).IsGranted);
    }

    [Fact]
    public async Task Remove_is_EBUSY_until_all_buffers_are_gone_and_then_leaves_nothing()
    {
        var name = await silo.NewBoardAsync();
        var board = silo.Grains.GetBoard(name);
        var buffer = await silo.NewBufferAsync(name);

        var busy = await board.RemoveAsync();
        await buffer.ReleaseAsync();

        Assert.Equal((Errno.EBUSY, "Buffers"), (busy!.Errno, busy.Field));
        Assert.Null(await board.RemoveAsync());
        Assert.Null(await board.RemoveAsync());
        Assert.Equal(Errno.ENOENT, (await board.GetAsync()).Refusal!.Errno);
        Assert.Equal(Errno.ENODEV, (await silo.Grains.GetDevice(name, "gpu").GetAsync()).Refusal!.Errno);
        Assert.Empty(await silo.Grains.GetMemory(name).DescribeAsync());
        Assert.Equal(Errno.ENOENT, (await buffer.ExportAsync(new("frame", 4096))).Refusal!.Errno);
        Assert.DoesNotContain(name, await silo.BoardsAsync());
    }

    [Fact]
    public async Task Remove_is_EBUSY_while_memory_is_held_for_a_buffer_that_no_listing_has()
    {
        var name = await silo.NewBoardAsync();
        await MapAsync(name, "gpu");
        await silo.EmptyListingAsync(name);

        Assert.Equal(Errno.EBUSY, (await silo.Grains.GetBoard(name).RemoveAsync())!.Errno);
    }

    [Fact]
    public async Task Remove_refuses_a_board_that_never_was() =>
        Assert.Equal(Errno.ENOENT, (await silo.Grains.GetBoard("never").RemoveAsync())!.Errno);

    [Theory]
    [InlineData("memory")]
    [InlineData("translation")]
    [InlineData("device")]
    [InlineData("board")]
    public async Task Remove_goes_on_where_a_failure_stopped_it(string failing)
    {
        var name = await silo.NewBoardAsync();
        var board = silo.Grains.GetBoard(name);
        await board.ReplaceAsync(SiloFixture.BoardNamed(name) with { Stages = [new IommuStage("mmu", new(new(0x1000), new(0xffffff), 4096))] });
        silo.Storage.FailWrite(
            failing switch
            {
                "memory" => silo.Grains.GetMemory(name),
                "translation" => silo.Grains.GetTranslation(name),
                "device" => silo.Grains.GetDevice(name, "disk"),
                _ => board,
            },
            failing == "board" ? 2 : 1);
        await Assert.ThrowsAsync<OrleansException>(() => board.RemoveAsync());
        Assert.Equal(Errno.ENOENT, (await board.GetAsync()).Refusal!.Errno);

        Assert.Null(await board.RemoveAsync());

        Assert.DoesNotContain(name, await silo.BoardsAsync());
        Assert.True((await board.DefineAsync(SiloFixture.BoardNamed(name) with { Title = "The next one" })).IsGranted);
        Assert.Contains(name, await silo.BoardsAsync());
        Assert.True((await MapAsync(name, "gpu")).IsGranted);
    }

    [Fact]
    public async Task A_buffer_that_is_exported_while_its_board_is_removed_is_on_no_board_or_keeps_it()
    {
        var name = await silo.NewBoardAsync();
        var held = silo.Storage.HoldWrites(silo.Grains.GetNameBucket(name, 0));
        var exporting = silo.Grains.GetBuffer(name, "b").ExportAsync(new("b", 4096));
        await silo.WaitForHeldWriteAsync(silo.Grains.GetNameBucket(name, 0));
        var removing = silo.Grains.GetBoard(name).RemoveAsync();
        held.Release();

        Assert.True((await exporting).IsGranted);
        Assert.Equal(Errno.EBUSY, (await removing)!.Errno);
    }

    private async Task<DmaResult<DmaReply>> MapAsync(string board, string device)
    {
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a1", device);
        return await buffer.MapAttachmentAsync("m1", "a1", DmaDirection.ToDevice);
    }

    private async Task SeenByASiloAsync(string board)
    {
        var buffer = await silo.NewBufferAsync(board, "seen");
        await buffer.AttachAsync("a1", "gpu");
        await buffer.AttachAsync("a2", "display");
        await buffer.DetachAsync("a1");
        await buffer.DetachAsync("a2");
        await buffer.ReleaseAsync();
    }
}
