using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Tests.Buffers;

/// <summary>An MMU whose entries hold few bits of an address (airockchip/librga #146).</summary>
public sealed class OutputLimitTests
{
    private const ulong LowEnd = 1UL << 20;

    private static readonly Gen<ulong> _limit = Gen.OneOf(
        Gen.Const(0UL), Gen.ULong[1, 16UL << 20], Gen.ULong[0, 4].Select(off => LowEnd + (off << 12) - 1));

    [Fact]
    public void Map_never_gives_pages_beyond_what_the_entries_hold_and_refuses_nothing_else() => Gen.Select(
        _limit, Gen.ULong[1, 600_000], Gen.Int[0, NamedPolicies.All.Length - 1], Gen.OneOf("low", "high", null!), Gen.Bool)
        .Sample((limit, size, policy, memory, isOnBus) =>
        {
            var (with, without) = (Map(limit, size, policy, memory, isOnBus), Map(0, size, policy, memory, isOnBus));

            if (with.Reply.TryGetValue(out var reply))
            {
                // The exporter's own addresses say nothing of what the importer's MMU holds.
                Assert.True(limit == 0 || NamedPolicies.All[policy].Policy.Lists == ListSharing.Exporters || reply.Mapping!.Storage.HighestAddress <= limit);
            }
            else if (without.Reply.IsGranted)
            {
                Assert.True(with.Reply.Refusal!.Errno is Errno.EIO or Errno.ENOMEM);
                Assert.True(limit < without.Reply.Value.Mapping!.Storage.HighestAddress);
            }

            with.Next.AssertInvariants();
        });

    [Theory]
    [InlineData("refuse")]
    [InlineData("mainline")]
    [InlineData("at-export")]
    public void Map_refuses_with_EIO_pages_that_the_entries_do_not_hold(string policy)
    {
        var index = NamedPolicies.All.Select(named => named.Name).ToList().IndexOf(policy);

        var refusal = Map(LowEnd - 1, 8192, index, "high", isOnBus: false).Reply.Refusal!;

        Assert.Equal((Errno.EIO, "gpu", nameof(Device.OutputLimit), LowEnd - 1), (refusal.Errno, refusal.Importer, refusal.Field, refusal.Limit));
        Assert.Equal(UnstatedLimits.None, refusal.Unstated);
    }

    [Fact]
    public void Map_takes_the_last_page_that_the_entries_hold_and_not_the_one_behind_it()
    {
        Assert.True(Map((2UL << 20) + 4095, 4096, 0, "high", isOnBus: true).Reply.IsGranted);
        Assert.Equal(Errno.EIO, Map((2UL << 20) + 4094, 4096, 0, "high", isOnBus: true).Reply.Refusal!.Errno);
    }

    [Fact]
    public void A_migration_goes_where_the_entries_reach()
    {
        var board = Board.Create(BoardOf(LowEnd - 1, isOnBus: false)).Value
            .Export(new("frame", 8192) { Memory = new(["high", "low"]), Policy = new() { LateAttach = LateAttach.Migrate } }).Next;
        board = Granted(board, new DmaCommand.Attach("a", "any"));
        board = Granted(board, new DmaCommand.Map("m", "a", DmaDirection.ToDevice));
        board = Granted(board, new DmaCommand.Unmap("m"));
        board = Granted(board, new DmaCommand.Attach("b", "gpu"));
        board = Granted(board, new DmaCommand.Map("n", "b", DmaDirection.ToDevice));

        Assert.Equal(["low"], board.Buffer("frame")!.Storage!.Regions.AsEnumerable());
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(4095UL)]
    public void Check_refuses_with_EINVAL_a_device_that_says_otherwise_than_its_MMU(ulong limit)
    {
        var board = BoardOf(LowEnd - 1, isOnBus: false);

        var refusal = (board with { Devices = [board.Devices[0] with { OutputLimit = limit }] }).Check()!;

        Assert.Equal((Errno.EINVAL, "gpu", nameof(Device.OutputLimit)), (refusal.Errno, refusal.Importer, refusal.Field));
    }

    private static Board Granted(Board board, DmaCommand command)
    {
        var (next, reply) = board.Execute("frame", command);
        Assert.True(reply.IsGranted, reply.Refusal?.Reason);
        next.AssertInvariants();
        return next;
    }

    private static (Board Next, DmaResult<DmaReply> Reply) Map(ulong limit, ulong size, int policy, string? memory, bool isOnBus)
    {
        var board = Board.Create(BoardOf(limit, isOnBus)).Value;
        (board, var reply) = board.Export(new("frame", size) { Policy = NamedPolicies.All[policy].Policy, Memory = memory is null ? default : new(memory) });
        if (reply.IsGranted)
        {
            (board, reply) = board.Execute("frame", new DmaCommand.Attach("a", "gpu"));
        }

        return reply.IsGranted ? board.Execute("frame", new DmaCommand.Map("m", "a", DmaDirection.ToDevice)) : (board, reply);
    }

    private static BoardDefinition BoardOf(ulong limit, bool isOnBus) => new(
        "board",
        "A board",
        [new("low", MemoryKind.System, new(16, 240)), new("high", MemoryKind.System, new(512, 256))],
        [
            new("gpu", new(uint.MaxValue, 0, 0)) { Iommu = isOnBus ? "own" : "mmu", BusMmu = isOnBus ? "mmu" : null, OutputLimit = limit },
            new("any", new(uint.MaxValue, 0, 0)),
        ])
    {
        Stages = [new("own", new(new(0), new(uint.MaxValue), 4096)), new("mmu", new(new(0), new(uint.MaxValue), 4096)) { OutputLimit = limit }],
    };
}
