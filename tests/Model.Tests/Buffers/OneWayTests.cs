using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Tests.Buffers;

/// <summary>Paths between peers that go one way (NVIDIA/open-gpu-kernel-modules #1253), and devices that only import.</summary>
public sealed class OneWayTests
{
    [Fact]
    public void Map_of_a_peers_memory_is_EREMOTEIO_exactly_in_the_direction_that_the_path_does_not_go() => Gen.Select(
        Gen.Enum<PeerAccess>(), Gen.Enum<DmaDirection>(), Gen.OneOf("gpu", "nic"), Gen.Int[0, NamedPolicies.All.Length - 1], Gen.Bool, Gen.Bool)
        .Sample((access, direction, importer, policy, isTranslated, isMapped) =>
        {
            var board = Board.Create(BoardOf(access, isTranslated)).Value
                .Export(new("data", 8192, "gpu") { Memory = new("bar"), Policy = NamedPolicies.All[policy].Policy }).Next;
            board = board.Execute("data", new DmaCommand.Attach("a", importer)).Next;
            if (isMapped)
            {
                // A list that is shared has its addresses already.
                board = board.Execute("data", new DmaCommand.Attach("first", "gpu")).Next;
                board = board.Execute("data", new DmaCommand.Map("other", "first", DmaDirection.Bidirectional)).Next;
            }

            (board, var reply) = board.Execute("data", new DmaCommand.Map("m", "a", direction));

            board.AssertInvariants();
            var isAgainst = importer == "nic" && (access, direction) is
                (PeerAccess.Write, DmaDirection.ToDevice or DmaDirection.Bidirectional) or (PeerAccess.Read, DmaDirection.FromDevice or DmaDirection.Bidirectional);
            Assert.Equal(isAgainst, reply.Refusal is { Errno: Errno.EREMOTEIO, Field: nameof(MemoryRegionLayout.PeerAccess), Importer: "nic" });
        });

    [Fact]
    public void Check_refuses_with_EINVAL_peer_access_that_is_not_known_or_not_of_video_memory()
    {
        var region = BoardOf(PeerAccess.Read, isTranslated: false).Memory[0];

        Assert.Null(region.Check());
        Assert.Equal("PeerAccess", (region with { PeerAccess = (PeerAccess)9 }).Check()!.Field);
        Assert.Equal("PeerAccess", new MemoryRegionLayout("ram", MemoryKind.System, new(0, 1)) { PeerAccess = PeerAccess.Write }.Check()!.Field);
    }

    [Fact]
    public void Export_refuses_with_EOPNOTSUPP_a_device_that_only_imports_and_nobody_else()
    {
        var board = Board.Create(BoardOf(PeerAccess.ReadWrite, isTranslated: false)).Value;

        var refusal = board.Export(new("data", 8192, "nic")).Reply.Refusal!;

        Assert.Equal((Errno.EOPNOTSUPP, "nic", nameof(Device.NeverExports)), (refusal.Errno, refusal.Importer, refusal.Field));
        Assert.True(board.Export(new("data", 8192, "gpu")).Reply.IsGranted);
        Assert.True(board.Export(new("data", 8192)).Reply.IsGranted);
    }

    private static BoardDefinition BoardOf(PeerAccess access, bool isTranslated) => new(
        "board",
        "A board",
        [new("bar", MemoryKind.Vram, new(256, 64)) { Device = "gpu", PeerBus = "root", PeerAccess = access }, new("ram", MemoryKind.System, new(0, 64))],
        [
            new("gpu", null) { PeerToPeer = true, PeerBus = "root" },
            new("nic", null) { PeerToPeer = true, PeerBus = "root", NeverExports = true, Iommu = isTranslated ? "mmu" : null },
        ])
    {
        Stages = [new("mmu", new(new(0), new(uint.MaxValue), 4096))],
    };
}
