using CsCheck;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Tests.Files;

public class ClosestTests
{
    private static readonly string[] _known = ["display", "camera", "raspberry-pi-4", "migrate"];

    private static readonly Gen<string> _word = Gen.Int[0, 3].Select(index => _known[index]);

    [Fact]
    public void Word_with_two_neighbours_swapped_is_found() =>
        Gen.Select(_word, Gen.Int[0, 4]).Sample((word, at) =>
        {
            var written = string.Concat(word.AsSpan(0, at), word.AsSpan(at + 1, 1), word.AsSpan(at, 1), word.AsSpan(at + 2));
            return Closest.To(written, _known) == word;
        });

    [Fact]
    public void Word_with_a_letter_left_out_or_too_much_is_found() =>
        Gen.Select(_word, Gen.Int[0, 5], Gen.Char.AlphaNumeric).Sample((word, at, letter) =>
            Closest.To(word.Remove(at, 1), _known) == word && Closest.To(word.Insert(at, letter.ToString()), _known) == word);

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("sound")]
    [InlineData("displacement-of-everything")]
    public void Word_that_is_like_none_is_not_taken_for_one(string written) => Assert.Null(Closest.To(written, _known));

    [Fact]
    public void Nearest_word_is_found_first() => Assert.Equal("vc4", Closest.To("vc5", ["v3d", "vc4", "unicam"]));
}
