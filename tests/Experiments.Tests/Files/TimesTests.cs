using CsCheck;
using DmaGrains.Experiments.Files;

namespace DmaGrains.Experiments.Tests.Files;

public class TimesTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1ns", 1)]
    [InlineData("0.001us", 1)]
    [InlineData("16.7ms", 16_700_000)]
    [InlineData("2s", 2_000_000_000)]
    [InlineData("1.5min", 90_000_000_000)]
    [InlineData("1h", 3_600_000_000_000)]
    [InlineData("36500d", 36_500UL * 86_400_000_000_000)]
    public void A_time_is_a_number_and_a_unit(string text, ulong nanoseconds)
    {
        Assert.True(Times.TryParse(text, out var time));
        Assert.Equal(nanoseconds, time);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("5")]
    [InlineData("-1s")]
    [InlineData("+1s")]
    [InlineData("1 s")]
    [InlineData(".5s")]
    [InlineData("5.s")]
    [InlineData("1.2.3s")]
    [InlineData("1e3s")]
    [InlineData("0.5ns")]
    [InlineData("36500.00001d")]
    [InlineData("99999999999999999999999d")]
    [InlineData("1s\0")]
    [InlineData("1w")]
    public void Anything_else_is_no_time(string text) => Assert.False(Times.TryParse(text, out _));

    [Fact]
    public void Every_whole_number_of_nanoseconds_up_to_the_longest_is_a_time() => Gen.ULong[0, Times.Max].Sample(nanoseconds =>
        Times.TryParse($"{nanoseconds}ns", out var time) && time == nanoseconds);

    [Theory]
    [InlineData("5/s", 5)]
    [InlineData("0.5/min", 0.5 / 60)]
    [InlineData("1/ns", 1e9)]
    public void A_rate_is_a_number_a_slash_and_a_unit(string text, double perSecond)
    {
        Assert.True(Times.TryParseRate(text, out var rate));
        Assert.Equal(perSecond, rate, 1e-12);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("/s")]
    [InlineData("0/s")]
    [InlineData("-1/s")]
    [InlineData("2/ns")]
    [InlineData("5/2s")]
    public void Anything_else_is_no_rate(string text) => Assert.False(Times.TryParseRate(text, out _));

    [Theory]
    [InlineData(0, "0 ns")]
    [InlineData(999, "999 ns")]
    [InlineData(1000, "1 us")]
    [InlineData(16_700_000, "16.7 ms")]
    [InlineData(90e9, "1.5 min")]
    public void A_time_is_written_in_the_longest_unit_that_it_has(double nanoseconds, string text) => Assert.Equal(text, Times.Format(nanoseconds));
}
