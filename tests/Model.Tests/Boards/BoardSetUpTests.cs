using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Tests.Boards;

public class BoardSetUpTests
{
    private static readonly BoardDefinition _board = new(
        "b", "A board", [new("ram", MemoryKind.System, new PageExtent(0x100, 64))], [new Device("gpu", null)]);

    private static readonly BoardDefinition _otherMemory = _board with { Memory = [new("ram", MemoryKind.System, new PageExtent(0x200, 64))] };

    private static readonly BoardDefinition _otherDevices = _board with { Devices = [new Device("npu", null)] };

    private static readonly BoardDefinition _malformed = _board with { Devices = [new Device("gpu", null), new Device("gpu", null)] };

    private static readonly BoardSetUp _begun = BoardSetUp.None.Define(_board).Value;

    [Fact]
    public void A_board_is_there_when_it_is_set_up_and_not_before()
    {
        Assert.Equal(Errno.ENOENT, BoardSetUp.None.NotThere("b")!.Errno);
        Assert.Equal(Errno.ENOENT, _begun.NotThere("b")!.Errno);
        Assert.Null(_begun.Done().NotThere("b"));
        Assert.Equal(Errno.ENOENT, _begun.Done().Gone().NotThere("b")!.Errno);
    }

    [Fact]
    public void Whatever_was_cut_off_is_finished_by_the_same_definition_and_by_removing() =>
        Gen.Int[0, 5].Array[1, 12].Sample(steps =>
        {
            var board = BoardSetUp.None;
            foreach (var step in steps)
            {
                var asked = step switch
                {
                    0 => board.Define(_board),
                    1 => board.Replace(_otherMemory, null),
                    2 => board.Replace(_otherDevices, "frame"),
                    3 => board.SetDevice("b", new Device("npu", null)),
                    4 => board.Remove("b", null),
                    _ => DmaResult.Grant(board.Stage == BoardStage.BeingSetUp ? board.Done() : board),
                };
                board = asked.TryGetValue(out var next) ? next : board;
                Assert.Equal(board.Definition is null, board.Stage == BoardStage.NotDefined);
                Assert.True(board.Before.IsEmpty || board.Stage == BoardStage.BeingSetUp);
                if (board is { Stage: BoardStage.BeingSetUp, Definition: { } begun })
                {
                    Assert.Same(board, board.Define(begun).Value);
                    Assert.Equal(Errno.EEXIST, board.Define(begun with { Title = "Another" }).Refusal!.Errno);
                    Assert.True(board.Remove("b", null).IsGranted);
                    Assert.True(board.Replace(_board, null).IsGranted);
                }
            }
        });

    [Fact]
    public void SetDevice_waits_for_the_set_up_and_leaves_it_set_up()
    {
        var npu = new Device("npu", null);

        Assert.Equal(Errno.ENOENT, BoardSetUp.None.SetDevice("b", npu).Refusal!.Errno);
        Assert.Equal(Errno.ENOENT, _begun.SetDevice("b", npu).Refusal!.Errno);
        Assert.Equal(BoardStage.SetUp, _begun.Done().SetDevice("b", npu).Value.Stage);
        Assert.Equal(["gpu", "npu"], _begun.Done().SetDevice("b", npu).Value.Definition!.Devices.Select(device => device.Name));
        var done = _begun.Done();
        Assert.Same(done, done.SetDevice("b", _board.Devices[0]).Value);
    }

    [Fact]
    public void Replace_is_EBUSY_where_somebody_holds_what_would_change()
    {
        var done = _begun.Done();

        Assert.True(done.LaysOutAnew(_otherMemory));
        Assert.Equal((Errno.EBUSY, "Memory"), done.Replace(_otherMemory, "frame").Refusal is { } busy ? (busy.Errno, busy.Field) : default);
        Assert.True(done.Replace(_otherMemory, null).IsGranted);
        Assert.False(done.LaysOutAnew(_otherDevices));
        Assert.True(done.Replace(_otherDevices, "frame").IsGranted);
        Assert.Equal(Errno.EEXIST, done.Replace(_malformed, null).Refusal!.Errno);
    }

    [Fact]
    public void Replace_knows_the_devices_of_every_board_before_until_it_is_done()
    {
        var twice = _begun.Done().Replace(_otherDevices, null).Value.Replace(_board, null).Value;

        Assert.Equal(["gpu", "npu"], twice.Before.Order());
        Assert.Empty(twice.Done().Before);
    }

    [Fact]
    public void Remove_is_EBUSY_while_there_are_buffers_and_ENOENT_where_no_board_ever_was()
    {
        Assert.Equal(Errno.ENOENT, BoardSetUp.None.Remove("b", null).Refusal!.Errno);
        Assert.Equal((Errno.EBUSY, "Buffers"), _begun.Done().Remove("b", "frame").Refusal is { } busy ? (busy.Errno, busy.Field) : default);
        var gone = _begun.Done().Remove("b", null).Value.Gone();
        Assert.Same(gone, gone.Remove("b", null).Value);
    }

    [Fact]
    public void No_two_boards_of_a_name_have_the_same_generation()
    {
        var gone = _begun.Done().Gone();

        Assert.Equal((0u, 1u, 1u, 2u), (_begun.Generation, gone.Generation, gone.Define(_board).Value.Generation, gone.Define(_board).Value.Gone().Generation));
    }
}
