using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Tests.Boards;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Policies;

/// <summary>Storage that moves for importers that cannot have it, or do not reach it, where it lies.</summary>
public sealed class MigrateTests
{
    private const ulong Size = 100_000;

    private static readonly string[] _regions = ["vram", "ram", "cma", "dma", "stolen", "splash"];

    private static readonly ExporterPolicy _firstAttach = NamedPolicies.Find("first-attach-migrate")!;

    private static readonly ExporterPolicy _migrate = NamedPolicies.Find("migrate")!;

    [Theory]
    [InlineData("wide", "ram")]
    [InlineData("farnic", "ram")]
    [InlineData("ttm", "ram")]
    [InlineData("low", "dma")]
    [InlineData("nic", "vram")]
    public void Video_memory_moves_for_an_importer_that_cannot_have_it_and_for_no_other(string device, string region)
    {
        var fresh = InVideoMemory("vram", "ram", "dma");
        Assert.Equal(["vram"], fresh.FrameOf().Storage!.Regions);

        var moved = fresh.After(Attach(device), Map(device));

        var frame = moved.FrameOf();
        Assert.Equal([region], frame.Storage!.Regions);
        Assert.Equal(region == "vram" ? (0u, 0UL) : (1u, Size), (frame.Costs.Migrations, frame.Costs.BytesCopied));
        Assert.DoesNotContain(frame.Hazards, hazard => hazard.Kind != HazardKind.PagesReadBehindTranslation);
        Assert.Equal(MappedBoard.Create().Memory.FreePageCount - 25, moved.Memory.FreePageCount);
    }

    [Theory]
    [InlineData("wide")]
    [InlineData("farnic")]
    [InlineData("ttm")]
    [InlineData("low")]
    public void Who_cannot_have_it_waits_until_nobody_has_it_mapped(string device)
    {
        var mapped = InVideoMemory("vram", "ram", "dma").After(Map("gpu"), Attach(device));

        var refusal = mapped.RefusalOf(Map(device));
        Assert.Equal((Errno.EAGAIN, device, "Mappings"), (refusal.Errno, refusal.Importer, refusal.Field));

        var moved = mapped.After(Unmap("gpu"));
        Assert.Equal(1u, moved.FrameOf().Costs.Migrations);
        moved.After(Map(device), Map("gpu"));
    }

    [Fact]
    public void With_nowhere_to_move_to_it_is_as_without_moving()
    {
        var board = InVideoMemory("vram");

        Assert.Equal((Errno.EOPNOTSUPP, "PeerToPeer"), ErrnoAndField(board.RefusalOf(Attach("wide"))));
        Assert.Equal((Errno.EREMOTEIO, "PeerBus"), ErrnoAndField(board.After(Attach("farnic")).RefusalOf(Map("farnic"))));
    }

    [Theory]
    [InlineData("at-export")]
    [InlineData("refuse")]
    [InlineData("mainline")]
    public void An_exporter_that_does_not_move_storage_is_asked_about_where_it_lies(string policy)
    {
        var board = Exported(NamedPolicies.Find(policy)!, "vram", "ram").After(Attach("gpu"), Map("gpu"), Unmap("gpu"));

        Assert.Equal(["vram"], board.FrameOf().Storage!.Regions);
        Assert.Equal((Errno.EOPNOTSUPP, "PeerToPeer"), ErrnoAndField(board.RefusalOf(Attach("wide"))));
        Assert.Equal((Errno.EREMOTEIO, "PeerBus"), ErrnoAndField(board.After(Attach("farnic")).RefusalOf(Map("farnic"))));
        Assert.Equal(0u, board.FrameOf().Costs.Migrations);
    }

    [Fact]
    public void Who_attaches_before_the_first_map_picks_the_memory_too()
    {
        var board = Exported(_migrate, "vram", "ram").After(Attach("gpu"), Attach("farnic"), Map("gpu"), Map("farnic"));

        Assert.Equal(["ram"], board.FrameOf().Storage!.Regions);
        Assert.Equal(0u, board.FrameOf().Costs.Migrations);
    }

    [Fact]
    public void Memory_out_of_reach_moves_to_where_all_reach()
    {
        var mapped = MappedBoard.With(Size, _migrate).After(Attach("wide"), Map("wide"));
        Assert.Equal(["ram"], mapped.FrameOf().Storage!.Regions);
        var waiting = mapped.After(Attach("low"));
        Assert.Equal(Errno.EAGAIN, waiting.RefusalOf(Map("low")).Errno);

        var moved = waiting.After(Unmap("wide"), Map("low"), Map("wide"));

        Assert.Equal(["dma"], moved.FrameOf().Storage!.Regions);
        Assert.Equal((1u, Size), (moved.FrameOf().Costs.Migrations, moved.FrameOf().Costs.BytesCopied));
    }

    [Fact]
    public void Memory_that_no_window_of_a_bus_holds_moves_into_one()
    {
        var windowed = MappedBoard.Definition with
        {
            Devices = MappedBoard.Definition.Devices.Add(
                new("windowed", new(uint.MaxValue, 0, 0)) { Windows = new(new DmaWindow(0x8000000, 0xc0000000, 0x100000)) }),
        };
        var board = Board.Create(windowed).Value.Export(new(Frame, Size) { Policy = _migrate }).Next
            .After(Attach("wide"), Map("wide"), Unmap("wide"));

        var moved = board.After(Attach("windowed"), Map("windowed"));

        Assert.Equal(["cma"], moved.FrameOf().Storage!.Regions);
        Assert.Equal(0xc0000000UL, moved.FrameOf().Mappings[0].ToSegments()[0].Address.Value);
    }

    [Theory]
    [InlineData(120, Errno.ENOMEM, "SizeBytes")]
    [InlineData(20, null, null)]
    public void Without_memory_within_reach_everybody_else_goes_on(int pages, Errno? errno, string? field)
    {
        var board = MappedBoard.With((ulong)pages * Page.SizeBytes, _migrate).After(Attach("wide"), Map("wide"), Unmap("wide"), Attach("low"));

        if (errno is null)
        {
            Assert.Equal(["dma"], board.After(Map("low")).FrameOf().Storage!.Regions);
            return;
        }

        Assert.Equal((errno.Value, field), ErrnoAndField(board.RefusalOf(Map("low"))));
        board.After(Map("wide"), Unmap("wide"), Detach("low"), Map("wide"));
    }

    [Fact]
    public void Memory_that_may_be_bounced_is_bounced_and_does_not_move()
    {
        var board = MappedBoard.With(Size, _migrate with { Bouncing = true }).After(Attach("wide"), Map("wide"), Attach("low"), Map("low"));

        Assert.Equal(0u, board.FrameOf().Costs.Migrations);
        Assert.Contains(board.FrameOf().Hazards, hazard => hazard.Kind == HazardKind.Bounced);
    }

    [Theory]
    [InlineData("wide")]
    [InlineData("farnic")]
    [InlineData("low")]
    public void What_the_exporter_has_pinned_stays_and_a_map_that_needs_it_elsewhere_is_EBUSY(string device)
    {
        var board = Exported(_firstAttach with { Pinned = true }, "vram", "ram", "dma").After(Attach("gpu"), Attach(device));

        Assert.Equal((Errno.EBUSY, "Pinned"), ErrnoAndField(board.RefusalOf(Map(device))));
        var mapped = board.After(Map("gpu"), Unmap("gpu"));
        Assert.Equal((Errno.EBUSY, "Pinned"), ErrnoAndField(mapped.RefusalOf(Map(device))));
        Assert.Equal(["vram"], mapped.FrameOf().Storage!.Regions);
        Assert.Equal(0u, mapped.FrameOf().Costs.Migrations);
    }

    [Fact]
    public void What_is_opaque_stays_so()
    {
        var board = Exported(_firstAttach, "secure", "ram").After(Attach("vop"));

        Assert.Equal((Errno.EPERM, "Trusted"), ErrnoAndField(board.RefusalOf(Attach("wide"))));
        Assert.Equal(["secure"], board.After(Map("vop")).FrameOf().Storage!.Regions);
    }

    [Fact]
    public void What_may_be_done_with_it_follows_where_it_lies()
    {
        var board = Exported(_firstAttach, "stolen", "ram").After(Attach("gpu"));
        Assert.Equal(Errno.EINVAL, board.RefusalOf(MappedBoard.GetScatterlist("gpu")).Errno);
        Assert.Equal((Errno.EINVAL, "Memory"), ErrnoAndField(board.RefusalOf(MappedBoard.Touch("read", DmaDirection.FromDevice))));

        var moved = board.After(Attach("ttm"));

        Assert.Equal(["ram"], moved.FrameOf().Storage!.Regions);
        moved.After(MappedBoard.GetScatterlist("gpu"), MappedBoard.Touch("read", DmaDirection.FromDevice));
    }

    [Fact]
    public void No_allocation_takes_from_memory_with_pages_and_from_memory_without()
    {
        var (next, reply) = MappedBoard.Create().Export(new(Frame, 300 * Page.SizeBytes, "gpu")
        {
            Policy = NamedPolicies.Find("at-export")!,
            Memory = new("vram", "cma"),
        });

        Assert.Equal((Errno.ENOMEM, 256UL * Page.SizeBytes), (reply.Refusal!.Errno, reply.Refusal.Limit));
        Assert.Null(next.Buffer(Frame));
    }

    [Fact]
    public void Whoever_maps_reaches_what_it_maps_and_whoever_waits_gets_through_when_nobody_has_it_mapped() =>
        Gen.Select(
            Gen.Enum<AllocationTime>(),
            Gen.Shuffle(_regions, 1, 4),
            Gen.Bool,
            Gen.Int[1, 60],
            Gen.Select(Gen.Int[0, 7], Gen.Int[0, 3]).Array[1, 30]).Sample((when, names, isNamed, pages, steps) =>
        {
            string[] devices = ["gpu", "nic", "farnic", "wide", "low", "ttm", "vop", "isp"];
            var (board, exported) = MappedBoard.Create().Export(new(Frame, (ulong)pages * Page.SizeBytes, "gpu")
            {
                Policy = _migrate with { Allocation = when },
                Memory = isNamed ? new(names) : default,
            });
            if (!exported.IsGranted)
            {
                return;
            }

            foreach (var (index, kind) in steps)
            {
                var name = devices[index];
                DmaCommand command = kind switch { 0 => Attach(name), 1 => Map(name), 2 => Unmap(name), _ => Detach(name) };
                board = board.Execute(Frame, command).Next;
                board.AssertInvariants();
                AssertReached(board);
            }

            foreach (var mapping in board.FrameOf().Mappings)
            {
                board = board.After(new DmaCommand.Unmap(mapping.Name));
            }

            foreach (var attachment in board.FrameOf().Attachments)
            {
                var (next, reply) = board.Execute(Frame, Map(attachment.Name));
                Assert.True(
                    reply.IsGranted || reply.Refusal!.Errno is Errno.ENOMEM or Errno.EIO or Errno.EREMOTEIO or Errno.EINVAL, reply.Refusal?.ToString());
                board = reply.IsGranted ? next.After(Unmap(attachment.Name)) : next;
            }

            var held = board.FrameOf().Storage?.PageCount ?? 0;
            Assert.Equal(MappedBoard.Create().Memory.FreePageCount - held, board.Memory.FreePageCount);
        });

    private static void AssertReached(Board board)
    {
        var frame = board.FrameOf();
        foreach (var mapping in frame.Mappings.Where(mapping => mapping.Access == BufferAccess.Map))
        {
            var device = board.Device(frame.Attachments.First(attachment => attachment.Name == mapping.Attachment).Device)!;
            foreach (var extent in mapping.Storage.Extents)
            {
                var region = MappedBoard.Definition.Memory.First(region => region.Contains(extent));
                Assert.True(device.IsTranslated || region.IsOwnOf(device.Name) || (extent.EndPfn << Page.Shift) - 1 <= device.HighestAddress);
                Assert.True(!device.NeedsStructPage || region.Kind.HasStructPages());
                Assert.True(region.Kind != MemoryKind.Vram || region.IsOwnOf(device.Name) || (device.PeerToPeer && device.PeerBus == region.PeerBus));
            }
        }
    }

    private static (Errno Errno, string? Field) ErrnoAndField(Refusal refusal) => (refusal.Errno, refusal.Field);

    /// <summary>A buffer of the GPU that lies in the first of the regions: the GPU came first.</summary>
    private static Board InVideoMemory(params string[] memory) => Exported(_firstAttach, memory).After(Attach("gpu"));

    private static Board Exported(ExporterPolicy policy, params string[] memory) =>
        MappedBoard.Create().Export(new(Frame, Size, "gpu") { Policy = policy, Memory = new(memory) }).Next;
}
