using System.Reflection;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Translation;

public sealed class IovaTests
{
    [Theory]
    [InlineData(typeof(Iova))]
    [InlineData(typeof(PhysicalAddress))]
    public void Addresses_have_no_conversions(Type address) =>
        Assert.DoesNotContain(
            address.GetMethods(BindingFlags.Public | BindingFlags.Static),
            method => method.Name is "op_Implicit" or "op_Explicit");

    [Fact]
    public void Iova_reads_as_hexadecimal() => Assert.Equal("0xddbfffff", new Iova(0xddbfffff).ToString());

    [Fact]
    public void Range_may_end_at_the_last_address()
    {
        var range = IovaRange.Between(new(ulong.MaxValue - 9), new(ulong.MaxValue));

        Assert.Equal((10ul, new Iova(ulong.MaxValue)), (range.LengthBytes, range.Last));
    }
}
