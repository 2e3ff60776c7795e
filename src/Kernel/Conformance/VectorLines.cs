using System.Text;

namespace DmaGrains.Kernel.Conformance;

/// <summary>The lines of a vector file that are not blank, one at a time and of bounded length.</summary>
internal sealed class VectorLines(TextReader reader, string path)
{
    /// <summary>The longest line, in characters; a real record has a few thousand.</summary>
    public const int LengthMax = 1 << 20;

    private readonly StringBuilder _text = new();
    private int _number;

    public bool TryReadNext(out VectorLine line)
    {
        while (reader.Peek() >= 0)
        {
            var text = ReadLine();
            if (!string.IsNullOrWhiteSpace(text))
            {
                line = new(path, _number, text);
                return true;
            }
        }

        line = default;
        return false;
    }

    /// <summary>Replaces <see cref="TextReader.ReadLine"/>, which would read a file without line ends into memory as a whole.</summary>
    private string ReadLine()
    {
        _number++;
        _text.Clear();
        for (var next = reader.Read(); next >= 0 && next != '\n'; next = reader.Read())
        {
            if (_text.Length == LengthMax)
            {
                throw new VectorFileException(
                    path, _number, $"a line of more than {LengthMax} characters; expected one record a line");
            }

            _text.Append((char)next);
        }

        return _text.ToString();
    }
}
