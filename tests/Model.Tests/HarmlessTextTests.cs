using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsCheck;

namespace DmaGrains.Model.Tests;

public sealed class HarmlessTextTests
{
    private static readonly JsonSerializerOptions _relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Any text, with many characters in it that do harm, halves of pairs among them.</summary>
    public static Gen<string> Hostile { get; } = Gen.OneOf(
        Gen.Char,
        Gen.Char['\0', '\u009f'],
        Gen.Char['\u2000', '\u206f'],
        Gen.OneOf([.. "\u001b\u202e\u2066\u200f\ufeff\u061c\u2028\r\n\t\ud83d\ude00a ".Select(Gen.Const)]))
        .Array[0, 40].Select(characters => new string(characters));

    [Fact]
    public void Text_has_nothing_that_does_harm() => Hostile.Sample(text =>
    {
        Assert.All(HarmlessText.Of(text).EnumerateRunes(), rune => Assert.True(HarmlessText.Shows(rune)));
        Assert.DoesNotContain(HarmlessText.Of(text), char.IsControl);
        Assert.All(
            HarmlessText.Lines(text).EnumerateRunes(), rune => Assert.True(rune.Value is '\n' or '\t' || HarmlessText.Shows(rune)));
    });

    [Fact]
    public void Text_without_harm_is_the_same_object() => Hostile.Sample(text =>
    {
        var harmless = HarmlessText.Of(text);

        Assert.Same(harmless, HarmlessText.Of(harmless));
        Assert.Same(harmless, HarmlessText.Lines(harmless));
    });

    [Fact]
    public void Json_means_the_same_when_it_is_made_harmless() =>
        Hostile.Where(text => text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar)).Sample(text =>
        {
            var json = JsonSerializer.Serialize(text, _relaxed);

            return JsonSerializer.Deserialize<string>(HarmlessText.Lines(json)) == text;
        });

    [Theory]
    [InlineData("", "")]
    [InlineData("A board, größer als 4 GiB", "A board, größer als 4 GiB")]
    [InlineData("\u001b[31mred", "\\u001b[31mred")]
    [InlineData("a\u202eb", "a\\u202eb")]
    [InlineData("two\nlines", "two\\u000alines")]
    [InlineData("\u2066\u2069\u200e\u200f\ufeff\u009b", "\\u2066\\u2069\\u200e\\u200f\\ufeff\\u009b")]
    [InlineData("smile 😀", "smile 😀")]
    public void Escapes_are_those_of_JSON(string text, string shown) => Assert.Equal(shown, HarmlessText.Of(text));

    [Fact]
    public void A_line_shows_as_it_is_and_its_length_is_that_of_characters() => Hostile.Sample(text =>
    {
        Assert.Equal(!string.IsNullOrWhiteSpace(text) && HarmlessText.Of(text) == text, HarmlessText.IsLine(text));
        Assert.Equal(text.EnumerateRunes().Count(), HarmlessText.LengthOf(text));
        Assert.All(Enumerable.Range(1, text.Length), length => Assert.True(HarmlessText.LengthOf(HarmlessText.Cut(text, length)) <= length + 1));
    });

    [Fact]
    public void A_cut_leaves_no_half_of_a_pair()
    {
        Assert.Equal("a…", HarmlessText.Cut("a😀b", 2));
        Assert.Equal("a😀…", HarmlessText.Cut("a😀b", 3));
        Assert.Equal("a😀b", HarmlessText.Cut("a😀b", 4));
    }

    [Fact]
    public void Half_of_a_pair_is_an_escape()
    {
        Assert.Equal("\\ud83d", HarmlessText.Of("\ud83d"));
        Assert.Equal("\\ude00", HarmlessText.Of("\ude00"));
        Assert.Equal("a\\ud83db", HarmlessText.Of("a\ud83db"));
    }

    [Theory]
    [InlineData(3, "abc")]
    [InlineData(2, "ab…")]
    public void Long_text_is_cut_with_a_mark(int lengthMax, string shown) => Assert.Equal(shown, HarmlessText.Short("abc", lengthMax));

    [Fact]
    public void Refusal_quotes_little_of_what_callers_give_and_nothing_that_does_harm() =>
        Gen.Select(Hostile, Gen.Int[0, 3], (text, times) => string.Concat(Enumerable.Repeat(text, times * 1000))).Sample(text =>
        {
            Refusal[] refusals =
            [
                .. new[] { ModelName.Check(text, "Attachment") }.OfType<Refusal>(),
                Model.Buffers.DmaBuffer.NoDevice(text),
                new(Errno.EINVAL, text, "Field", null, null, text),
                Refusal.Null("Field") with { Importer = text, Reason = text },
            ];

            Assert.All(refusals[..^2], refusal => Assert.True(refusal.Reason.Length < 200 + (6 * ModelName.QuotedMax)));
            Assert.All(refusals, refusal => Assert.True(refusal.Reason.Length <= 1 + (6 * Refusal.ReasonMax)));
            Assert.All(refusals, refusal => Assert.Same(refusal.Reason, HarmlessText.Of(refusal.Reason)));
            Assert.All(refusals, refusal => Assert.Same(refusal.Importer, refusal.Importer is null ? null : HarmlessText.Of(refusal.Importer)));
        }, iter: 50);
}
