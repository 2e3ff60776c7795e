using CsCheck;

namespace DmaGrains.Model.Tests;

public sealed class PageTests
{
    [Fact]
    public void CountFor_is_the_least_number_of_pages_that_holds_the_bytes() =>
        Gen.ULong.Where(bytes => bytes != 0).Sample(bytes =>
        {
            var capacity = (UInt128)Page.CountFor(bytes) * Page.SizeBytes;
            return capacity >= bytes && capacity - Page.SizeBytes < bytes;
        });

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(4095, 1)]
    [InlineData(4096, 1)]
    [InlineData(4097, 2)]
    [InlineData(ulong.MaxValue, 1UL << 52)]
    public void CountFor_counts_a_partial_page(ulong bytes, ulong pages) => Assert.Equal(pages, Page.CountFor(bytes));
}
