using System.Text;
using DmaGrains.Model;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DmaGrains.Scenarios.Files;

/// <summary>Writes a YAML file. The caller determines the content; quoting, escaping and layout are YamlDotNet's.</summary>
public sealed class YamlText
{
    // A value stays on its line, however long it is.
    private static readonly EmitterSettings _layout = new(
        bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024, skipAnchorName: false, indentSequences: true, newLine: "\n");

    private readonly StringBuilder _text = new();
    private readonly Emitter _emitter;
    private readonly Stack<ParsingEvent> _open = [];

    /// <summary>Creates an empty file.</summary>
    public YamlText()
    {
        _emitter = new(new StringWriter(_text), _layout);
        _emitter.Emit(new StreamStart());
        _emitter.Emit(new DocumentStart(null, null, isImplicit: true));
    }

    /// <summary>Begins a mapping: keys and values follow in turn.</summary>
    /// <param name="inLine">Whether it is all in one line, in braces.</param>
    public YamlText Map(bool inLine = false) => Begin(
        new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, inLine ? MappingStyle.Flow : MappingStyle.Block), new MappingEnd());

    /// <summary>Begins a list.</summary>
    /// <param name="inLine">Whether it is all in one line, in brackets.</param>
    public YamlText List(bool inLine = false) => Begin(
        new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, inLine ? SequenceStyle.Flow : SequenceStyle.Block), new SequenceEnd());

    /// <summary>Ends the mapping or list that was begun last.</summary>
    public YamlText End()
    {
        _emitter.Emit(_open.Pop());
        return this;
    }

    /// <summary>A word, a number or a text; in quotes where it would be read as something else.</summary>
    public YamlText Word(string text) => Scalar(text, StyleOf(text));

    /// <summary>A text in quotes.</summary>
    public YamlText Quoted(string text) => Scalar(text, ScalarStyle.DoubleQuoted);

    /// <summary>A key with a word as its value.</summary>
    public YamlText Pair(string key, string word) => Word(key).Word(word);

    /// <summary>A key with a list of words in one line as its value.</summary>
    public YamlText Pair(string key, IEnumerable<string> words)
    {
        Word(key).List(inLine: true);
        foreach (var word in words)
        {
            Word(word);
        }

        return End();
    }

    /// <summary>A comment before what follows, in a line of its own.</summary>
    /// <param name="line">One line.</param>
    public YamlText Comment(string line)
    {
        _emitter.Emit(new Comment(line, isInline: false));
        return this;
    }

    /// <summary>The file's text. Nothing may be written afterwards.</summary>
    public override string ToString()
    {
        while (_open.Count > 0)
        {
            End();
        }

        _emitter.Emit(new DocumentEnd(isImplicit: true));
        _emitter.Emit(new StreamEnd());
        return _text.ToString();
    }

    /// <summary>
    /// Left to itself, the emitter leaves out quotes that the parser needs (<c>a *b</c>), does not know the words that mean nothing, and
    /// keeps line ends as they are in double quotes only.
    /// </summary>
    private static ScalarStyle StyleOf(string text) => !ReferenceEquals(HarmlessText.Of(text), text) ? ScalarStyle.DoubleQuoted
        : !IsPlain(text) || TextNode.MeansNothing(text) ? ScalarStyle.SingleQuoted
        : ScalarStyle.Any;

    private static bool IsPlain(string text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && !" ,;./_+-()@".Contains(character))
            {
                return false;
            }
        }

        return true;
    }

    private YamlText Begin(ParsingEvent begin, ParsingEvent end)
    {
        _emitter.Emit(begin);
        _open.Push(end);
        return this;
    }

    private YamlText Scalar(string text, ScalarStyle style)
    {
        _emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: true, isQuotedImplicit: true));
        return this;
    }
}
