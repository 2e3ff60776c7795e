using CsCheck;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Tests.Files;

public class YamlTextTests
{
    private static readonly string[] _hostile =
    [
        "", " ", "~", "null", "NULL", "true", "1", "0x10", "-", "- a", "a: b", "a #b", "#", "'", "\"", "''", "\\", "\\u0000", "{a: b}", "[a]", "&a", "*a",
        "!!str", "|", ">", "%", "@", "`", "?", "a, b", "a\nb", "\n", "a\r\nb", "\t", "---", "...", "\u001b[2J", "\u202e", "\u0085", "\u2028", "é", "😀",
        "\0", "a:", ":a", "<<", "=",
    ];

    /// <summary>Pieces of what YAML gives a meaning to, put together at random.</summary>
    private static readonly Gen<string> _text = Gen.OneOf(
        Gen.Int[0, _hostile.Length - 1].Select(index => _hostile[index]), Gen.Char[' ', '~'].Select(letter => letter.ToString())).Array[0, 6].Select(pieces => string.Concat(pieces));

    [Fact]
    public void Words_keys_and_texts_are_read_as_they_were_written() => Gen.Select(_text, _text, Gen.Bool).Sample((key, text, inLine) =>
    {
        var written = new YamlText().Map(inLine).Word(key).List().Word(text).Quoted(text).End().Pair("the last one", [text, text]).ToString();

        var problems = new Problems();
        var root = Assert.IsType<MapNode>(NodeTree.Parse("written", written, problems));

        Assert.Equal(0, problems.Count);
        Assert.Equal([key, "the last one"], root.Keys.Select(each => each.Value));
        Assert.Equal([text, text], TextsOf(root.Required(key)));
        Assert.Equal([text, text], TextsOf(root.Required("the last one")));
    });

    [Fact]
    public void Comments_and_layout_are_as_people_write_them() => Assert.Equal(
        """
        # A comment: with a colon
        name: a
        memory:
          - name: dma
            # in a list
            # and another one
            sources:
              size: "a \"file\""
          - {start: 0x1, size: 'a, b'}
        order: [a, 'null', b]
        nothing: {}

        """,
        new YamlText().Comment("A comment: with a colon").Map().Pair("name", "a")
            .Word("memory").List()
            .Map().Pair("name", "dma").Comment("in a list").Comment("and another one").Word("sources").Map().Word("size").Quoted("a \"file\"").End().End()
            .Map(inLine: true).Pair("start", "0x1").Pair("size", "a, b").End()
            .End().Pair("order", ["a", "null", "b"]).Word("nothing").Map(inLine: true).End().ToString());

    [Fact]
    public void A_long_value_stays_on_its_line()
    {
        var text = string.Join(' ', Enumerable.Repeat("word", 1000));

        Assert.Equal($"key: {text}\nlist: [{text}, {text}]\n", new YamlText().Map().Pair("key", text).Pair("list", [text, text]).ToString());
    }

    private static IEnumerable<string> TextsOf(FileNode node) => node.AsList(10).Select(item =>
    {
        var text = Assert.IsType<TextNode>(item);
        Assert.False(text.IsNothing);
        return text.Value;
    });
}
