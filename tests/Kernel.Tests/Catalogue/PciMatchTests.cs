using CsCheck;
using DmaGrains.Kernel.Catalogue;

namespace DmaGrains.Kernel.Tests.Catalogue;

public sealed class PciMatchTests
{
    private static readonly Gen<string> _genDigits = Gen.UShort.Select(number => $"{number:x4}");

    private static readonly Gen<PciMatch> _genMatch = Gen.OneOf(
        Gen.Select(_genDigits, _genDigits.Array[1, 5]).Select((vendor, devices) => new PciMatch(vendor, [.. devices], null)),
        Gen.Select(_genDigits, Gen.Bool, Gen.Int[1, 3]).Select((vendor, any, bytes) => new PciMatch(any ? null : vendor, [], "010802"[..(2 * bytes)])));

    [Fact]
    public void What_is_written_is_read_again() => _genMatch.Sample(match =>
    {
        var read = PciMatch.Parse(match.ToString())!;
        return (read.Vendor, read.Class) == (match.Vendor, match.Class) && read.Devices.SequenceEqual(match.Devices);
    });

    [Theory]
    [InlineData("8086")]
    [InlineData("8086:")]
    [InlineData("8086:7D1D")]
    [InlineData("8086:7d1")]
    [InlineData("8086:7d1d  643e")]
    [InlineData("808:7d1d")]
    [InlineData("7d1d 643e")]
    [InlineData("class 0")]
    [InlineData("class 01080")]
    [InlineData("class 01080203")]
    [InlineData("8086:class")]
    [InlineData("")]
    public void Anything_else_is_no_match(string text) => Assert.Null(PciMatch.Parse(text));

    [Theory]
    [InlineData("8086:7d1d 643e", "8086", "643e", "120000", 2)]
    [InlineData("8086:7d1d 643e", "8087", "643e", "120000", 0)]
    [InlineData("8086:7d1d 643e", "8086", "643f", "120000", 0)]
    [InlineData("class 010802", "144d", "a808", "010802", 1)]
    [InlineData("class 010802", "144d", "a808", "010803", 0)]
    [InlineData("8086:class 03", "8086", "9a49", "038000", 1)]
    [InlineData("8086:class 03", "10de", "9a49", "030000", 0)]
    public void A_device_is_taken_by_its_list_or_its_class(string match, string vendor, string device, string @class, int takes) =>
        Assert.Equal(takes, PciMatch.Parse(match)!.Takes(vendor, device, @class));
}
