using CsCheck;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Tests.Files;

public class SizesTests
{
    [Fact]
    public void TryParse_reads_back_every_number_in_decimal_and_hexadecimal() =>
        Gen.ULong.Sample(value =>
            Sizes.TryParse($"{value}", out var number) && number == value
            && Sizes.TryParse($"0x{value:x}", out var lower) && lower == value
            && Sizes.TryParse($"0x{value:X16}", out var upper) && upper == value);

    [Fact]
    public void TryParse_multiplies_without_overflow() =>
        Gen.Select(Gen.ULong[1, 1UL << 40], Gen.ULong[1, 1UL << 40], Gen.ULong[0, 16]).Sample((a, b, c) =>
        {
            var product = (UInt128)a * b * c;
            return Sizes.TryParse($"{a}x{b}x{c}", out var value)
                ? value == product
                : product > ulong.MaxValue || (UInt128)a * b > ulong.MaxValue;
        });

    [Theory]
    [InlineData("0", 0UL)]
    [InlineData("4096", 4096UL)]
    [InlineData("007", 7UL)]
    [InlineData("0x10", 16UL)]
    [InlineData("0x1080", 4224UL)]
    [InlineData("64KiB", 65536UL)]
    [InlineData("3MiB", 3145728UL)]
    [InlineData("13GiB", 13958643712UL)]
    [InlineData("1TiB", 1099511627776UL)]
    [InlineData("1920x1080x4", 8294400UL)]
    [InlineData("1920x1080x3/2", 3110400UL)]
    [InlineData("1920x3/2x1080", 3110400UL)]
    [InlineData("2x1/2", 1UL)]
    [InlineData("4294967296x4294967296/2x1/2147483648", 4294967296UL)]
    [InlineData("10x0", 0UL)]
    [InlineData("16777215TiB", 18446742974197923840UL)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    [InlineData("0xffffffffffffffff", ulong.MaxValue)]
    [InlineData("4294967296x4294967295", 18446744069414584320UL)]
    public void TryParse_reads_what_people_write(string text, ulong expected)
    {
        Assert.True(Sizes.TryParse(text, out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1\0")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.5MiB")]
    [InlineData("1e6")]
    [InlineData("1_000")]
    [InlineData("1,000")]
    [InlineData("１")]
    [InlineData("KiB")]
    [InlineData("0x")]
    [InlineData("0x10KiB")]
    [InlineData("0x1080x4")]
    [InlineData("0x1\0")]
    [InlineData("0XFF")]
    [InlineData("ff")]
    [InlineData("4kib")]
    [InlineData("4KB")]
    [InlineData("4 KiB")]
    [InlineData("3/2")]
    [InlineData("3x1/2")]
    [InlineData("4x1/0")]
    [InlineData("4x/2")]
    [InlineData("4x2/")]
    [InlineData("4x4/2/2")]
    [InlineData("4x-4/2")]
    [InlineData("64KiBx1/2")]
    [InlineData("x")]
    [InlineData("4x")]
    [InlineData("x4")]
    [InlineData("4xx4")]
    [InlineData("2x4KiB")]
    [InlineData("18446744073709551616")]
    [InlineData("0x10000000000000000")]
    [InlineData("16777216TiB")]
    [InlineData("4294967296x4294967296")]
    [InlineData("4294967296x4294967296x0")]
    public void TryParse_refuses_when_the_text_is_no_size(string text)
    {
        Assert.False(Sizes.TryParse(text, out var value));
        Assert.Equal(0UL, value);
    }

    [Theory]
    [InlineData(0UL, "0 bytes")]
    [InlineData(1023UL, "1023 bytes")]
    [InlineData(1024UL, "1 KiB")]
    [InlineData(1536UL, "1.5 KiB")]
    [InlineData(8294400UL, "7.9 MiB")]
    [InlineData(33177600UL, "31.6 MiB")]
    [InlineData(1048575UL, "1 MiB")]
    [InlineData(1UL << 30, "1 GiB")]
    [InlineData(1UL << 40, "1 TiB")]
    [InlineData(ulong.MaxValue, "16777216 TiB")]
    public void Format_rounds_to_one_decimal(ulong size, string expected) => Assert.Equal(expected, Sizes.Format(size));
}
