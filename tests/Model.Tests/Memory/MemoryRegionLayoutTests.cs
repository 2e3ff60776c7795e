using CsCheck;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Tests.Scatterlists;

namespace DmaGrains.Model.Tests.Memory;

public sealed class MemoryRegionLayoutTests
{
    private static readonly MemoryRegionLayout _ram = new("ram", MemoryKind.System, new(0x100, 64));

    [Fact]
    public void FreeRuns_is_every_page_that_the_kernel_does_not_hold() =>
        Gen.Select(Gen.ULong[0, 9], Gen.ULong[1, 40], Gen.ULong[0, 8], Gen.ULong[0, 7]).Sample(
            (first, pages, every, held) =>
        {
            var reserved = every == 0 ? 0 : Math.Min(held, every - 1);
            var layout = new MemoryRegionLayout("ram", MemoryKind.System, new(first, pages), every, reserved);
            var expected = PageWalk.PagesOf([layout.Range])
                .Where(pfn => every == 0 || (pfn - first) % every >= reserved);
            return layout.Check() is null && PageWalk.PagesOf(layout.FreeRuns()).SequenceEqual(expected);
        });

    [Fact]
    public void BlockPages_is_4_MiB_in_system_memory_and_everything_in_a_contiguous_area()
    {
        Assert.Equal(1024UL, _ram.BlockPages);
        Assert.Equal(64UL, (_ram with { Kind = MemoryKind.Contiguous }).BlockPages);
    }

    [Theory]
    [InlineData("", "Region")]
    [InlineData("a/b", "Region")]
    public void Check_refuses_with_EINVAL_when_the_name_is_none(string name, string field) =>
        AssertRefused(field, _ram with { Name = name, Range = default });

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1UL << 40, 1)]
    [InlineData((1UL << 40) - 1, 2)]
    [InlineData(0, (1UL << 40) + 1)]
    [InlineData(1, ulong.MaxValue)]
    [InlineData(ulong.MaxValue, 1)]
    public void Check_refuses_with_EINVAL_when_the_range_is_empty_or_too_high(ulong first, ulong pages) =>
        AssertRefused("Range", _ram with { Range = new(first, pages), ReservedPages = 1 });

    [Theory]
    [InlineData(0, 1UL << 40)]
    [InlineData((1UL << 40) - 1, 1)]
    public void Check_accepts_the_last_page_of_52_bit_memory(ulong first, ulong pages) =>
        Assert.Null((_ram with { Range = new PageExtent(first, pages) }).Check());

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(4, 5)]
    public void Check_refuses_with_EINVAL_when_it_reserves_every_page(ulong every, ulong reserved) =>
        AssertRefused("Reserved", _ram with { ReservedEveryPages = every, ReservedPages = reserved });

    [Fact]
    public void Check_refuses_with_EINVAL_when_it_starts_with_too_many_free_runs()
    {
        var large = _ram with { Range = new(0, 1UL << 40), ReservedPages = 1 };

        var refusal = PhysicalMemory.Check([large with { ReservedEveryPages = (1UL << 20) - 1 }]);

        Assert.Equal((Errno.EINVAL, "Reserved"), (refusal!.Errno, refusal.Field));
        Assert.Null(PhysicalMemory.Check([large with { ReservedEveryPages = 1UL << 21 }]));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(7)]
    public void Check_refuses_with_EINVAL_when_the_kind_is_unknown(int kind) =>
        AssertRefused("Kind", _ram with { Kind = (MemoryKind)kind, Range = default });

    [Theory]
    [InlineData(MemoryKind.System)]
    [InlineData(MemoryKind.Contiguous)]
    [InlineData(MemoryKind.Carveout)]
    [InlineData(MemoryKind.Vram, "gpu")]
    [InlineData(MemoryKind.Vram, "gpu", "pcie")]
    [InlineData(MemoryKind.Stolen)]
    [InlineData(MemoryKind.Protected)]
    [InlineData(MemoryKind.Bounce)]
    public void Check_accepts_every_kind(MemoryKind kind, string? device = null, string? bus = null) =>
        Assert.Null((_ram with { Kind = kind, Device = device, PeerBus = bus }).Check());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a/b")]
    public void Check_refuses_with_EINVAL_when_device_memory_names_no_device(string? device) =>
        AssertRefused("Device", _ram with { Kind = MemoryKind.Vram, Device = device, PeerBus = "a/b" });

    [Fact]
    public void Check_refuses_with_EINVAL_when_the_peer_bus_is_no_name() =>
        AssertRefused("PeerBus", _ram with { Kind = MemoryKind.Vram, Device = "gpu", PeerBus = "a/b" });

    [Fact]
    public void Check_refuses_with_EINVAL_when_other_memory_states_a_device_or_a_bus()
    {
        foreach (var kind in Enum.GetValues<MemoryKind>().Where(kind => kind != MemoryKind.Vram))
        {
            AssertRefused("Device", _ram with { Kind = kind, Device = "gpu" });
            AssertRefused("PeerBus", _ram with { Kind = kind, PeerBus = "pcie" });
        }
    }

    [Fact]
    public void Check_refuses_with_EINVAL_when_the_bounce_pool_reserves_pages() =>
        AssertRefused("Reserved", _ram with { Kind = MemoryKind.Bounce, ReservedEveryPages = 8, ReservedPages = 1 });

    [Fact]
    public void IsOwnOf_is_true_of_device_memory_and_its_device()
    {
        var vram = _ram with { Kind = MemoryKind.Vram, Device = "gpu" };

        Assert.True(vram.IsOwnOf("gpu"));
        Assert.False(vram.IsOwnOf("nic"));
        Assert.False((vram with { Kind = MemoryKind.Carveout }).IsOwnOf("gpu"));
    }

    private static void AssertRefused(string field, MemoryRegionLayout layout)
    {
        var refusal = layout.Check()!;

        Assert.Equal((Errno.EINVAL, field), (refusal.Errno, refusal.Field));
    }
}
