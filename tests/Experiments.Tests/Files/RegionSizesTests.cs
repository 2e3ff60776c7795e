using CsCheck;
using DmaGrains.Experiments.Files;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Memory;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Experiments.Tests.Files;

public class RegionSizesTests
{
    [Fact]
    public void What_an_area_gains_the_zone_below_it_loses_and_regions_in_between_move()
    {
        var board = BoardFile.Read(Path.Combine(AppContext.BaseDirectory, "boards", "raspberry-pi-4.yaml"));

        var changed = RegionSizes.With(board, "cma", (256UL << 20) >> 12)!;

        Assert.Null(changed.Check());
        Assert.Equal(
            ["dma 0x0 704", "swiotlb 0x2c000000 64", "cma 0x30000000 256", "dma32 0x40000000 3008"],
            changed.Memory.Select(region => $"{region.Name} 0x{region.Range.Address.Value:x} {region.Range.SizeBytes >> 20}"));
    }

    [Fact]
    public void A_board_has_as_many_pages_whatever_size_an_area_of_it_gets() => Gen.ULong[1, 15_000].Sample(pages =>
    {
        var board = BoardFile.Parse(SmallExperiment.Board, "small.yaml");

        var changed = RegionSizes.With(board, "cma", pages);

        if (changed is not null)
        {
            Assert.Null(changed.Check());
            Assert.Equal(pages, changed.Memory.Single(region => region.Name == "cma").Range.PageCount);
            Assert.Equal(PagesOf(board), PagesOf(changed));
        }
    });

    private static ulong PagesOf(BoardDefinition board) => board.Memory.Aggregate(0UL, (sum, region) => sum + region.Range.PageCount);

    [Fact]
    public void The_last_page_of_a_zone_is_not_given()
    {
        var board = BoardFile.Parse(SmallExperiment.Board, "small.yaml");
        var all = (16UL + 48) << 8;

        Assert.NotNull(RegionSizes.With(board, "cma", all - 1));
        Assert.Null(RegionSizes.With(board, "cma", all));
    }

    [Fact]
    public void A_zone_changes_by_itself()
    {
        var board = BoardFile.Parse(SmallExperiment.Board, "small.yaml");

        var changed = RegionSizes.With(board, "high", 5)!;

        Assert.Equal(board.Memory[..3], changed.Memory[..3]);
        Assert.Equal(new MemoryRegionLayout("high", MemoryKind.System, new(0x100000, 5), 512, 3), changed.Memory[3]);
    }
}
