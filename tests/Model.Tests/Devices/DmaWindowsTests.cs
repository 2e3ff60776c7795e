using CsCheck;
using DmaGrains.Model.Devices;

namespace DmaGrains.Model.Tests.Devices;

public sealed class DmaWindowsTests
{
    private static readonly Gen<ulong> _address = Gen.ULong[0, 0x2_0000_0000];

    [Fact]
    public void ToBus_and_back_is_the_address_itself() =>
        Gen.Select(AnyWindows.Some, _address).Sample((windows, address) =>
            windows.ToBus(address) is not { } bus || windows.ToCpu(bus) == address);

    [Fact]
    public void ToCpu_and_back_is_the_address_itself() =>
        Gen.Select(AnyWindows.Some, _address).Sample((windows, address) =>
            windows.ToCpu(address) is not { } cpu || windows.ToBus(cpu) == address);

    [Fact]
    public void ToBus_gives_what_the_first_window_that_holds_the_address_gives() =>
        Gen.Select(AnyWindows.Some, _address).Sample((windows, address) =>
            windows.ToBus(address) == windows.All
                .Where(window => address >= window.CpuStart && address - window.CpuStart < window.SizeBytes)
                .Select(window => (ulong?)(address - window.CpuStart + window.BusStart))
                .FirstOrDefault());

    [Fact]
    public void Every_generated_bus_can_be() => AnyWindows.Some.Sample(windows => windows.Check("dev") is null);

    [Fact]
    public void Joined_windows_translate_as_those_stated() =>
        Gen.Select(AnyWindows.Some, _address).Sample((windows, address) =>
        {
            var joined = new DmaWindows(windows.Joined());
            return joined.ToBus(address) == windows.ToBus(address) && joined.Check("dev") is null && joined.All.Length <= windows.All.Length;
        });

    [Fact]
    public void Joined_makes_one_of_what_goes_on_in_both_spaces_in_any_order()
    {
        DmaWindow low = new(0, 0xc0000000, 0x1000), high = new(0x1000, 0xc0001000, 0x2000), elsewhere = new(0x3000, 0, 0x1000);

        Assert.Equal([new DmaWindow(0, 0xc0000000, 0x3000), elsewhere], new DmaWindows(high, elsewhere, low).Joined());
    }

    [Theory]
    [InlineData(0UL, 0UL, 0UL)]
    [InlineData(0xffff_ffff_ffff_f000UL, 0UL, 0x1001UL)]
    [InlineData(0UL, 0xffff_ffff_ffff_f000UL, 0x1001UL)]
    [InlineData(0x1fffUL, 0x10_0000UL, 0x1000UL)]
    [InlineData(0x10_0000UL, 0x8fffUL, 0x1000UL)]
    public void Check_refuses_with_EINVAL_what_no_bus_can_have(ulong cpu, ulong bus, ulong size)
    {
        // Beside a window of 4 KiB: CPU 0x1000 is 0x8000 on the bus.
        var refusal = new Device("dev", null) { Windows = new(new DmaWindow(0x1000, 0x8000, 0x1000), new(cpu, bus, size)) }.Check();

        Assert.Equal((Errno.EINVAL, "dev", "Windows"), (refusal!.Errno, refusal.Importer, refusal.Field));
    }

    [Theory]
    [InlineData(0xffff_ffff_ffff_f000UL, 0UL, 0x1000UL)]
    [InlineData(0x2000UL, 0x9000UL, 0x1000UL)]
    [InlineData(0UL, 0x7000UL, 0x1000UL)]
    public void Check_accepts_windows_that_only_touch(ulong cpu, ulong bus, ulong size) =>
        Assert.Null(new DmaWindows(new DmaWindow(0x1000, 0x8000, 0x1000), new(cpu, bus, size)).Check("dev"));

    [Fact]
    public void Check_refuses_with_ENOSPC_one_more_than_there_may_be()
    {
        var most = Enumerable.Range(0, DmaWindows.Max).Select(index => new DmaWindow((ulong)index * 4096, (ulong)index * 4096, 4096)).ToList();

        Assert.Null(new DmaWindows(most).Check("dev"));
        Assert.Equal(Errno.ENOSPC, new DmaWindows([.. most, new(1UL << 40, 1UL << 40, 1)]).Check("dev")!.Errno);
    }

    [Theory]
    [InlineData(0xffffUL, true)]
    [InlineData(0x3fff_ffffUL, true)]
    [InlineData(0xffff_ffffUL, false)]
    [InlineData(ulong.MaxValue, true)]
    public void KeepsBoundaries_when_the_shift_is_a_multiple_of_the_boundary(ulong mask, bool keeps) =>
        Assert.Equal(keeps, new DmaWindows(new DmaWindow(0, 0xc0000000, 0x40000000)).KeepsBoundaries(mask));

    [Fact]
    public void Equal_windows_are_equal()
    {
        var windows = new DmaWindows(new DmaWindow(1, 2, 3));

        Assert.True(windows == new DmaWindows(new DmaWindow(1, 2, 3)) && windows != default && default == new DmaWindows());
        Assert.Equal(windows.GetHashCode(), new DmaWindows(new DmaWindow(1, 2, 3)).GetHashCode());
    }
}
