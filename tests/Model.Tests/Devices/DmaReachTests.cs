using CsCheck;
using DmaGrains.Model.Devices;

namespace DmaGrains.Model.Tests.Devices;

public sealed class DmaReachTests
{
    private static readonly Gen<DmaReach> _reach = Gen.Select(
        Gen.OneOf(Gen.ULong[0, 0x1_0000_0000], Gen.Const(ulong.MaxValue)), Gen.OneOf(AnyWindows.Some, Gen.Const(default(DmaWindows))),
        (highest, windows) => new DmaReach(highest, windows));

    [Fact]
    public void Holds_what_is_translated_byte_by_byte_in_one_piece_below_the_highest_address() =>
        Gen.Select(_reach, Gen.ULong[0, 0x1_8000_0000], Gen.ULong[1, 6]).Sample((reach, near, length) =>
        {
            // Near the edges of windows, where it matters.
            var edge = reach.Windows.IsEmpty ? reach.HighestAddress : reach.Windows.All[(int)(near % (ulong)reach.Windows.All.Length)].CpuLast;
            var address = edge - Math.Min(edge, near % 8);
            var start = reach.Windows.ToBus(address);
            var expected = true;
            for (ulong offset = 0; offset < length; offset++)
            {
                expected &= unchecked(address + offset) >= address && start is not null
                    && reach.Windows.ToBus(address + offset) == start + offset && start + offset <= reach.HighestAddress;
            }

            return reach.Holds(address, length) == expected;
        });

    [Theory]
    [InlineData(0, ulong.MaxValue)]
    [InlineData(0xffff_ffff, 0xffff_ffff)]
    public void Entries_of_an_MMU_hold_addresses_up_to_their_limit_and_all_without_one(ulong outputLimit, ulong highest) =>
        Assert.Equal(new(highest, default), DmaReach.OfPages(isTranslated: true, outputLimit, new(0xff, default)));

    [Fact]
    public void Pages_are_held_and_so_are_their_runs() => _reach.Where(reach => !reach.Windows.IsEmpty).Sample(reach =>
    {
        var pages = reach.Pages();
        foreach (var extent in pages)
        {
            Assert.True(reach.Holds(extent.Address.Value, extent.SizeBytes));
            Assert.True(extent.Address.Value + extent.SizeBytes - 1 <= reach.HighestCpuAddress);
        }

        Assert.All(pages.Zip(pages.Skip(1)), pair => Assert.True(pair.First.EndPfn < pair.Second.FirstPfn));
    });

    [Fact]
    public void Pages_leave_out_nothing_but_the_page_before_a_jump() =>
        Gen.Select(_reach.Where(reach => !reach.Windows.IsEmpty), Gen.ULong[0, 0x18_0000]).Sample((reach, pfn) =>
            !reach.Holds(pfn << Page.Shift, Page.SizeBytes)
            || reach.Pages().Any(extent => pfn >= extent.FirstPfn && pfn < extent.EndPfn)
            || (reach.Holds((pfn + 1) << Page.Shift, Page.SizeBytes) && !reach.Holds(pfn << Page.Shift, 2 * Page.SizeBytes)));

    [Theory]
    [InlineData(0x3fff_f000UL, 0x1000UL, null)]
    [InlineData(0x3fff_f000UL, 0x1001UL, "Windows")]
    [InlineData(0x4000_0000UL, 0x1000UL, "Windows")]
    public void Beyond_names_the_windows_where_none_holds_the_bytes(ulong address, ulong length, string? field)
    {
        // What soc devices of a Raspberry Pi 4 see.
        var reach = new DmaReach(uint.MaxValue, new(new DmaWindow(0, 0xc0000000, 0x40000000)));

        Assert.Equal(field is null, reach.Holds(address, length));
        Assert.Equal(field ?? "DmaMask", reach.Beyond("vc4", address, length, "frame").Field);
    }

    [Theory]
    [InlineData(0xdfff_ffffUL, 0x1fff_f000UL, true)]
    [InlineData(0xdfff_ffffUL, 0x2000_0000UL, false)]
    [InlineData(0xdfff_fffeUL, 0x1fff_f000UL, false)]
    public void Holds_compares_the_mask_with_bus_addresses(ulong highest, ulong address, bool holds)
    {
        var reach = new DmaReach(highest, new(new DmaWindow(0, 0xc0000000, 0x40000000)));

        Assert.Equal(holds, reach.Holds(address, 0x1000));
        Assert.Equal(holds ? 0x1fff_ffffUL : highest - 0xc0000000, reach.HighestCpuAddress);
        Assert.Equal("DmaMask", reach.Beyond("vc4", address, 0x1000, "frame").Field);
    }

    [Fact]
    public void HighestAddress_ends_where_the_bus_ends()
    {
        var device = new Device("v3d", null) { DmaMask = (1UL << 36) - 1, Windows = new(new DmaWindow(0, 0x40000000, 0x20000000)) };

        Assert.Equal(0x5fffffffUL, device.HighestAddress);
        Assert.Equal(0x4fffffffUL, (device with { BusDmaLimit = 0x4fffffff }).HighestAddress);
        Assert.Equal(0xfffffUL, (device with { DmaMask = 0xfffff }).HighestAddress);
    }
}
