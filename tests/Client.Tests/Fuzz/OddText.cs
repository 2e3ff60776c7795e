using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace DmaGrains.Client.Tests.Fuzz;

/// <summary>Files with something wrong in them, and words that nobody means.</summary>
/// <param name="random">Decides.</param>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Seeded, so that a failure can be repeated.")]
internal sealed class OddText(Random random)
{
    private static readonly string[] _words =
    [
        "", " ", "0", "-1", "1", "7", "64", "4096", "4KiB", "1GiB", "16EiB", "0x", "0xffffffffffffffff", "18446744073709551616", "1e400", "0.5", "nan", "1920x1080x4",
        "null", "~", "true", "[]", "{}", "a/b", "../..", "/dev/full", "/", "-", "--", "=", "a,b", "*", "&a", "*a", "!!int 1", "💥", "\u202e", "\u001b[2J", "\ud800", "gpu", "display",
        new('x', 64), new('9', 400), new('[', 2000),
    ];

    /// <summary>A word.</summary>
    public string Word() => _words[random.Next(_words.Length)];

    /// <summary>One of several.</summary>
    public T OneOf<T>(IReadOnlyList<T> several) => several[random.Next(several.Count)];

    /// <summary>A text as it is, or with up to three things changed.</summary>
    public string Changed(string text)
    {
        for (var changes = random.Next(4); changes > 0; changes--)
        {
            text = ChangedOnce(text);
        }

        return text;
    }

    private string ChangedOnce(string text)
    {
        var lines = text.Split('\n').ToList();
        var place = random.Next(lines.Count);
        var line = lines[place];
        switch (random.Next(9))
        {
            case 0:
                lines.RemoveAt(place);
                break;
            case 1:
                lines.Insert(random.Next(lines.Count), line);
                break;
            case 2:
                lines[place] = $"  {line}";
                break;
            case 3:
                lines[place] = line.TrimStart();
                break;
            case 4 when line.Contains(':', StringComparison.Ordinal):
                lines[place] = $"{line[..(line.IndexOf(':', StringComparison.Ordinal) + 1)]} {Word()}";
                break;
            case 5 when line.Length > 0:
                var cut = random.Next(line.Length);
                lines[place] = line[..cut] + Word() + line[Math.Min(line.Length, cut + random.Next(4))..];
                break;
            case 6:
                return text[..random.Next(text.Length + 1)];
            case 7:
                lines.InsertRange(place, Enumerable.Repeat(line, random.Next(300)));
                break;
            default:
                var other = random.Next(lines.Count);
                (lines[place], lines[other]) = (lines[other], lines[place]);
                break;
        }

        return string.Join('\n', lines);
    }

    /// <summary>How many, from the environment.</summary>
    public static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
