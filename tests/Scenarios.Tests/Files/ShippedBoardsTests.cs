using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Scenarios.Tests.Files;

public class ShippedBoardsTests
{
    private static readonly string[] _valued =
    [
        "max_segment_size", "max_segment_count", "segment_boundary_mask", "contiguous", "dma_mask", "bus_dma_limit",
        "windows", "coherent", "iommu", "streams", "bus_mmu", "needs_struct_page", "trusted", "peer_to_peer", "peer_bus", "segments_per_line",
        "preferred_segment_size", "pci", "own_area",
    ];

    public static TheoryData<string> Boards => ShippedFiles.Boards;

    [Theory]
    [MemberData(nameof(Boards))]
    public void Read_gives_a_board_that_can_exist(string name)
    {
        var board = BoardFile.Read(ShippedFiles.Board(name));

        Assert.Equal(name, board.Name);
        Assert.True(Board.Create(board).IsGranted);
    }

    [Theory]
    [MemberData(nameof(Boards))]
    public void Every_value_that_is_set_has_a_source(string name)
    {
        var devices = NodeTree.Read(ShippedFiles.Board(name)).Required("devices").AsList(BoardDefinition.DevicesMax);

        foreach (var device in devices.Select(node => node.AsMap()))
        {
            var set = device.Keys.Select(key => key.Value).Where(_valued.Contains);
            var sources = device.Optional("sources")?.AsMap().Keys.Select(key => key.Value) ?? [];
            Assert.Equal(set.Order(), sources.Order());
        }
    }

    [Fact]
    public void Read_gives_what_the_file_says()
    {
        var board = BoardFile.Read(ShippedFiles.Board("raspberry-pi-4"));

        var display = board.Devices.Single(device => device.Name == "vc4");
        var card = board.Devices.Single(device => device.Name == "sdhci");
        var low = board.Memory[0];

        Assert.Equal("Raspberry Pi 4 Model B, 4 GiB", board.Title);
        Assert.Null(display.Parameters);
        Assert.True(display.RequiresContiguous);
        Assert.Equal(("soc", new DmaWindows(new DmaWindow(0, 0xc0000000, 1 << 30))), (display.Bus, display.Windows));
        Assert.Equal((0xffffffffUL, 0x3fffffffUL), (display.HighestAddress, display.Reach.HighestCpuAddress));
        Assert.Equal(new(65536, 128, 0), card.Parameters);
        Assert.Equal(new MemoryRegionLayout("dma", MemoryKind.System, new(0, 229376), 256, 1), low);
    }
}
