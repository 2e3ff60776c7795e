using System.Collections.Immutable;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Model.Tests.Boards;

public sealed class BoardDefinitionTests
{
    private static readonly BoardDefinition _board = SmallBoard.Definition;

    private static readonly Device _bad = new("a/b", null);

    private static readonly MemoryRegionLayout _empty = new("empty", MemoryKind.System, default);

    [Fact]
    public void Check_accepts_a_board_with_as_many_devices_as_it_may_have() =>
        Assert.Null((_board with { Devices = Many(BoardDefinition.DevicesMax) }).Check());

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

    private static void AssertRefused(Errno errno, string field, BoardDefinition definition)
    {
        var refusal = definition.Check()!;

        Assert.Equal((errno, field), (refusal.Errno, refusal.Field));
        Assert.Equal(refusal, Board.Create(definition).Refusal);
    }

    private static ImmutableArray<Device> Many(int count) =>
        [.. Enumerable.Range(0, count).Select(index => new Device($"d{index}", null))];
}
