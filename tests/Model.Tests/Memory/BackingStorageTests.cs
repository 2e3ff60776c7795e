using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;

namespace DmaGrains.Model.Tests.Memory;

public sealed class BackingStorageTests
{
    [Fact]
    public void Storage_counts_its_pages_and_knows_its_highest_byte()
    {
        var storage = new BackingStorage(
            new("buffer", 0), ["ram"], [new(9, 2), new(2, 3)], DmaConstraints.Unconstrained);

        Assert.Equal(5UL, storage.PageCount);
        Assert.Equal((11UL * 4096) - 1, storage.HighestAddress);
    }

    [Fact]
    public void HighestAddressBut_leaves_out_the_pages_of_some_regions()
    {
        var storage = new BackingStorage(
            new("buffer", 0), ["low", "high"], [new(9, 2), new(2, 3)], DmaConstraints.Unconstrained);
        MemoryRegionLayout low = new("low", MemoryKind.Carveout, new(2, 3));
        MemoryRegionLayout high = new("high", MemoryKind.Carveout, new(8, 8));

        Assert.Equal((11UL * 4096) - 1, storage.HighestAddressBut([low]));
        Assert.Equal((5UL * 4096) - 1, storage.HighestAddressBut([high]));
        Assert.Equal(0UL, storage.HighestAddressBut([low, high]));
    }
}
