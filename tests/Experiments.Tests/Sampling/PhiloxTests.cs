using System.Globalization;
using DmaGrains.Experiments.Sampling;

namespace DmaGrains.Experiments.Tests.Sampling;

public class PhiloxTests
{
    [Theory]
    [InlineData(
        "0000000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000",
        "16554d9eca36314c db20fe9d672d0fdc d7e772cee186176b 7e68b68aec7ba23b")]
    [InlineData(
        "ffffffffffffffff ffffffffffffffff ffffffffffffffff ffffffffffffffff ffffffffffffffff ffffffffffffffff",
        "87b092c3013fe90b 438c3c67be8d0224 9cc7d7c69cd777b6 a09caebf594f0ba0")]
    [InlineData(
        "243f6a8885a308d3 13198a2e03707344 a4093822299f31d0 082efa98ec4e6c89 452821e638d01377 be5466cf34e90c6c",
        "a528f45403e61d95 38c72dbd566e9788 a5a1610e72fd18b5 57bd43b5e52b7fe6")]
    public void Blocks_are_the_known_answers_of_Random123(string counterAndKey, string expected)
    {
        var words = Words(counterAndKey);

        var (w0, w1, w2, w3) = Philox.Block(words[0], words[1], words[2], words[3], words[4], words[5]);

        Assert.Equal(Words(expected), new[] { w0, w1, w2, w3 });
    }

    private static ulong[] Words(string text) =>
        [.. text.Split(' ').Select(word => ulong.Parse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))];
}
