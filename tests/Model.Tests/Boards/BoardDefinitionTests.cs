using System.Collections.Immutable;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Boards;

public sealed class BoardDefinitionTests
{
    private static readonly BoardDefinition _board = SmallBoard.Definition;

    private static readonly Device _bad = new("a/b", null);

    private static readonly MemoryRegionLayout _empty = new("empty", MemoryKind.System, default);

    private static readonly IommuStage _stage = new("smmu", new(new(0x1000), new(0xffffff), 4096));

    [Fact]
    public void Check_accepts_a_board_with_as_many_devices_as_it_may_have() =>
        Assert.Null((_board with { Devices = Many(BoardDefinition.DevicesMax) }).Check());

    [Fact]
    public void Check_accepts_a_board_with_MMUs_and_memory_of_every_kind() => Assert.Null(MappedBoard.Definition.Check());

    [Fact]
    public void CheckExport_refuses_what_no_exporter_of_the_board_could_export()
    {
        var board = MappedBoard.Definition;
        var gpu = board.Devices.First();
        var never = board with { Devices = board.Devices.Replace(gpu, gpu with { NeverExports = true }) };
        var export = new BufferExport("frame", 4096, gpu.Name);

        Assert.Null(board.CheckExport(export));
        Assert.Null(never.CheckExport(export with { Exporter = null }));
        Assert.Equal((Errno.EOPNOTSUPP, gpu.Name), (never.CheckExport(export)!.Errno, never.CheckExport(export)!.Importer));
        Assert.Equal(Errno.ENODEV, board.CheckExport(export with { Exporter = "ghost" })!.Errno);
        Assert.Equal("Memory", board.CheckExport(export with { Memory = new("ghost") })!.Field);
        Assert.Equal("SizeBytes", never.CheckExport(export with { SizeBytes = 0 })!.Field);
        Assert.Null((board with { Memory = [] }).CheckExport(export));
    }

    [Fact]
    public void Check_refuses_with_EINVAL_when_the_name_is_none() =>
        AssertRefused(
            Errno.EINVAL, "Board", _board with { Name = "a/b", Devices = Many(BoardDefinition.DevicesMax + 1) });

    [Fact]
    public void Check_refuses_with_ENOSPC_when_there_are_too_many_devices() =>
        AssertRefused(Errno.ENOSPC, "Devices", _board with { Devices = [.. Many(BoardDefinition.DevicesMax), _bad] });

    [Fact]
    public void Check_refuses_with_EINVAL_when_a_device_is_malformed() =>
        AssertRefused(Errno.EINVAL, "Device", _board with { Devices = [.. Many(1), .. Many(1), _bad] });

    [Fact]
    public void Check_refuses_with_EEXIST_when_two_devices_share_a_name() =>
        AssertRefused(Errno.EEXIST, "Name", _board with { Devices = [.. Many(1), .. Many(1)], Memory = [_empty] });

    [Fact]
    public void Check_refuses_with_EINVAL_when_the_memory_is_malformed()
    {
        AssertRefused(Errno.EINVAL, "Range", _board with { Memory = [_empty] });
        AssertRefused(Errno.EINVAL, "Memory", _board with { Memory = [] });
    }

    [Fact]
    public void Check_refuses_with_EEXIST_when_regions_share_pages() =>
        AssertRefused(Errno.EEXIST, "Range", _board with { Memory = [.. _board.Memory, _board.Memory[0]] });

    [Fact]
    public void Check_refuses_with_ENOSPC_when_there_are_too_many_MMUs()
    {
        Assert.Null((_board with { Stages = ManyStages(BoardDefinition.StagesMax) }).Check());
        AssertRefused(
            Errno.ENOSPC, "Stages",
            _board with { Stages = ManyStages(BoardDefinition.StagesMax + 1), Devices = [.. Many(1), _bad] });
    }

    [Fact]
    public void Check_refuses_with_EINVAL_when_an_MMU_is_malformed() =>
        AssertRefused(
            Errno.EINVAL, "ContextCount", _board with { Stages = [_stage, _stage with { ContextCount = 0 }], Memory = [_empty] });

    [Fact]
    public void Check_refuses_with_EEXIST_when_two_MMUs_share_a_name() =>
        AssertRefused(Errno.EEXIST, "Name", _board with { Stages = [_stage, _stage with { ContextCount = 2 }], Memory = [_empty] });

    [Theory]
    [InlineData("ghost", null, "Iommu")]
    [InlineData("a/b", "ghost", "Iommu")]
    [InlineData("", null, "Iommu")]
    [InlineData("smmu", "ghost", "BusMmu")]
    [InlineData(null, "ghost", "BusMmu")]
    [InlineData("smmu", "smmu", "BusMmu")]
    public void Check_refuses_with_EINVAL_when_a_device_stands_behind_what_is_not_there(string? iommu, string? bus, string field)
    {
        var board = _board with { Stages = [_stage], Devices = [.. Many(1), new("gpu", null) { Iommu = iommu, BusMmu = bus }] };

        AssertRefused(Errno.EINVAL, field, board);
        Assert.Equal("gpu", board.Check()!.Importer);
    }

    [Fact]
    public void Check_refuses_with_EINVAL_when_device_memory_is_of_no_device_of_the_board()
    {
        MemoryRegionLayout vram = new("vram", MemoryKind.Vram, new(0x300000, 1)) { Device = "gpu" };

        Assert.Null((_board with { Memory = [vram] }).Check());
        AssertRefused(Errno.EINVAL, "Device", _board with { Memory = [vram with { Device = "ghost" }] });
    }

    [Fact]
    public void Check_refuses_with_EEXIST_when_there_are_two_bounce_pools() =>
        AssertRefused(Errno.EEXIST, "BouncePool", _board with { Memory = [Pool(0, 64), Pool(64, 1)] });

    [Theory]
    [InlineData(1UL << 12, null)]
    [InlineData(1UL << 30, null)]
    [InlineData((1UL << 30) + (1UL << 12), Errno.ENOSPC)]
    public void Check_accepts_a_bounce_pool_of_up_to_1_GiB(ulong sizeBytes, Errno? errno)
    {
        var refusal = (_board with { Memory = [Pool(0, sizeBytes >> 12)] }).Check();

        Assert.Equal((errno, errno is null ? null : "BouncePool"), (refusal?.Errno, refusal?.Field));
    }

    [Fact]
    public void Check_refuses_with_EBUSY_when_a_driver_owns_the_tables_of_a_shared_MMU()
    {
        var stage = _stage with { Owner = StageOwner.Driver };
        Device one = new("one", null) { Iommu = "smmu" };

        Assert.Null((_board with { Stages = [stage], Devices = [one] }).Check());
        AssertRefused(
            Errno.EBUSY, "Owner", _board with { Stages = [stage], Devices = [one, one with { Name = "two" }] });
    }

    [Fact]
    public void SetDevice_refuses_what_the_board_could_not_be_defined_with()
    {
        var board = MappedBoard.Create();

        var (next, refusal) = board.SetDevice(new("wide", null) { Iommu = "gart" });

        Assert.Same(board, next);
        Assert.Equal((Errno.EBUSY, "Owner"), (refusal!.Errno, refusal.Field));
        Assert.Equal((Errno.EINVAL, "BusMmu"), PartsOf(board.SetDevice(new("wide", null) { BusMmu = "ghost" }).Reply));
        Assert.Null(board.SetDevice(new("gpu", null)).Next.SetDevice(new("wide", null) { Iommu = "gart" }).Reply);
    }

    private static (Errno?, string?) PartsOf(Refusal? refusal) => (refusal?.Errno, refusal?.Field);

    private static MemoryRegionLayout Pool(ulong first, ulong pages) => new($"pool{first}", MemoryKind.Bounce, new(first, pages));

    private static ImmutableArray<IommuStage> ManyStages(int count) =>
        [.. Enumerable.Range(0, count).Select(index => _stage with { Name = $"s{index}" })];

    private static void AssertRefused(Errno errno, string field, BoardDefinition definition)
    {
        var refusal = definition.Check()!;

        Assert.Equal((errno, field), (refusal.Errno, refusal.Field));
        Assert.Equal(refusal, Board.Create(definition).Refusal);
    }

    private static ImmutableArray<Device> Many(int count) =>
        [.. Enumerable.Range(0, count).Select(index => new Device($"d{index}", null))];
}
