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
        await Assert.ThrowsAnyAsync<Exception>(() => silo.Grains.GetBoard("halfway").DefineAsync(definition));

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

        var relaid = await silo.Grains.GetMemory(board).LayOutAsync([other]);
        var nothing = await silo.Grains.GetMemory("nowhere").AllocateAsync(
            new(new("b", 0), 4096, new(4096, 1, ulong.MaxValue), ulong.MaxValue, "gpu"));

        Assert.Equal(Errno.EBUSY, relaid.Refusal!.Errno);
        Assert.Equal(Errno.ENOENT, nothing.Refusal!.Errno);
    }

    [Fact]
    public async Task Device_refuses_what_is_not_its_own()
    {
        var device = silo.Grains.GetDevice(await silo.NewBoardAsync(), "npu");

        Assert.Equal(Errno.ENODEV, (await device.GetAsync()).Refusal!.Errno);
        Assert.Equal(Errno.EINVAL, (await device.RegisterAsync(new Device("other", null))).Refusal!.Errno);
    }
}
