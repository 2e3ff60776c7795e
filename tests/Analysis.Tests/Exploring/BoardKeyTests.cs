using DmaGrains.Analysis.Exploring;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;

namespace DmaGrains.Analysis.Tests.Exploring;

public sealed class BoardKeyTests
{
    /// <summary>A device that reaches no RAM, and a pool of two areas of 256 KiB each.</summary>
    private static readonly BoardDefinition _definition = new(
        "board",
        "A board",
        [new("ram", MemoryKind.System, new(0x100000, 1024)), new("pool", MemoryKind.Bounce, new(0x1000, 128)) { Areas = 2 }],
        [new("low", null) { DmaMask = uint.MaxValue }]);

    [Fact]
    public void Boards_whose_pools_are_searched_from_another_place_of_any_area_are_different()
    {
        var key = new BoardKey([], []);
        var fresh = new[] { ("whole", 262_144UL), ("part", 65_536UL) }.Aggregate(Board.Create(_definition).Value, Exported);

        // A whole area is gone round, and the search begins at its start again.
        var round = Unmapped(Mapped(fresh, "whole"), "whole");
        var inFirst = Unmapped(Mapped(fresh, "part"), "part");
        var inSecond = Unmapped(Unmapped(Mapped(Mapped(fresh, "whole"), "part"), "part"), "whole");

        Assert.Equal(key.Of(fresh, null, default), key.Of(round, null, default));
        Assert.Equal((32, 0, 0, 32), (NextIn(inFirst, 0), NextIn(inFirst, 1), NextIn(inSecond, 0), NextIn(inSecond, 1)));
        Assert.Equal(3, new[] { fresh, inFirst, inSecond }.Select(board => key.Of(board, null, default)).Distinct().Count());
    }

    [Fact]
    public void Boards_whose_devices_own_pool_is_searched_from_another_place_are_different()
    {
        var key = new BoardKey([], []);
        var definition = _definition with
        {
            Memory = _definition.Memory.Add(new("own", MemoryKind.Bounce, new(0x2000, 64)) { Users = new("low") }),
            Devices = [.. _definition.Devices.Select(device => device with { RestrictedPool = "own" })],
        };
        var fresh = Exported(Board.Create(definition).Value, ("part", 65_536));

        var used = Unmapped(Mapped(fresh, "part"), "part");

        Assert.Equal((0, 32), (NextIn(used, 0), used.Translation.State.RestrictedPools.Single().NextSlot));
        Assert.NotEqual(key.Of(fresh, null, default), key.Of(used, null, default));
    }

    private static int NextIn(Board board, int area) => board.Translation.State.Pool!.Value.NextIn(area);

    private static Board Exported(Board board, (string Name, ulong SizeBytes) buffer) => Granted(
        board.Export(new(buffer.Name, buffer.SizeBytes) { Policy = NamedPolicies.Find("mainline-bouncing")! }).Next, buffer.Name, new DmaCommand.Attach("a", "low"));

    private static Board Mapped(Board board, string buffer) => Granted(board, buffer, new DmaCommand.Map("m", "a", DmaDirection.ToDevice));

    private static Board Unmapped(Board board, string buffer) => Granted(board, buffer, new DmaCommand.Unmap("m"));

    private static Board Granted(Board board, string buffer, DmaCommand command)
    {
        var (next, reply) = board.Execute(buffer, command);
        Assert.Null(reply.Refusal);
        return next;
    }
}
