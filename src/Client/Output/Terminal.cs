using System.CommandLine;
using System.Globalization;
using DmaGrains.Model;
using Spectre.Console;

namespace DmaGrains.Client.Output;

/// <summary>
/// Writes answers: JSON when asked for, else text; tables and colour have lines and hues on a terminal only. Nothing that comes of a file
/// or a caller moves the cursor or turns the direction of text (<see cref="HarmlessText"/>).
/// </summary>
internal sealed class Terminal
{
    /// <summary>How wide a terminal is taken to be at least.</summary>
    public const int LeastColumns = 80;

    // A line is never left to Spectre to break.
    private const int Endless = 1 << 20;

    private readonly TextWriter _output;
    private readonly IAnsiConsole _console;
    private readonly int? _columns;

    private Terminal(TextWriter output)
    {
        _output = output;
        _columns = ColumnsOf(output);
        var isColoured = IsTerminal && ReferenceEquals(output, Console.Out);
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isColoured ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isColoured ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        _console.Profile.Width = Endless;
    }

    /// <summary>Whether somebody looks at it; else it goes to a file or another program.</summary>
    public bool IsTerminal => _columns is not null;

    /// <summary>How wide the terminal is; one that does not know says 0.</summary>
    public static int WidthOfConsole =>
        int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), CultureInfo.InvariantCulture, out var columns) && columns > 0 ? columns
        : Console.WindowWidth is > 0 and var width ? width
        : LeastColumns;

    /// <summary>Writes to where the command line's answers go.</summary>
    public static Terminal Of(ParseResult parsed) => Of(parsed.InvocationConfiguration.Output);

    /// <summary>Writes to a writer.</summary>
    public static Terminal Of(TextWriter output) => new(output);

    /// <summary>Standard error of a command: what is said beside its answer.</summary>
    public static Terminal BesidesOf(ParseResult parsed) => new(parsed.InvocationConfiguration.Error);

    /// <summary>Answers with a report: one JSON document where the command line asks for it, else text.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="json">The option that asks for it.</param>
    /// <param name="report">The answer.</param>
    /// <param name="write">Writes it as text.</param>
    public static void Answer<T>(ParseResult parsed, Option<bool> json, T report, Action<Terminal, T> write)
    {
        var terminal = Of(parsed);
        if (parsed.GetValue(json))
        {
            terminal.Json(report);
        }
        else
        {
            write(terminal, report);
        }
    }

    /// <summary>Answers with a report, as JSON or as text.</summary>
    public static void Answer<T>(ParseResult parsed, bool asJson, T report, Action<Terminal, T> write)
    {
        var terminal = Of(parsed);
        if (asJson)
        {
            terminal.Json(report);
        }
        else
        {
            write(terminal, report);
        }
    }

    /// <summary>One JSON document.</summary>
    public void Json<T>(T document) => _output.WriteLine(Output.Json.Text(document));

    /// <summary>A line of text; a terminal that is narrower gets it in several, broken between words.</summary>
    public void Line(string text = "")
    {
        text = HarmlessText.Lines(text);
        foreach (var line in _columns is { } columns ? WrappedLine.Lines(text, columns) : [text])
        {
            _output.WriteLine(line);
        }
    }

    /// <summary>Text as it is, with the ends of its lines.</summary>
    public void Text(string text) => _output.Write(HarmlessText.Lines(text));

    /// <summary>A line with one word that a terminal shows in colour.</summary>
    public void Line(string before, string word, bool isGood, string after)
    {
        (before, word, after) = (HarmlessText.Lines(before), HarmlessText.Lines(word), HarmlessText.Lines(after));
        var text = $"{before}{word}{after}";
        if (_columns is not { } columns)
        {
            _output.WriteLine(text);
            return;
        }

        var style = new Style(isGood ? Color.Green : Color.Red);
        var (start, end) = (before.Length, before.Length + word.Length);
        foreach (var (part, indent) in WrappedLine.Parts(text, columns))
        {
            var (from, to) = (part.Start.Value, part.End.Value);
            var (hueFrom, hueTo) = (Math.Clamp(start, from, to), Math.Clamp(end, from, to));
            _output.Write(new string(' ', indent) + text[from..hueFrom]);
            _console.Write(new Text(text[hueFrom..hueTo], style));
            _output.WriteLine(text[hueTo..to]);
        }
    }

    /// <summary>A table: ruled on a terminal, plain columns elsewhere. Nothing of it is cut or left out, however narrow it is.</summary>
    public void Table(string[] headings, IEnumerable<string[]> rows)
    {
        headings = [.. headings.Select(HarmlessText.Lines)];
        string[][] all = [.. rows.Select(row => row.Select(HarmlessText.Lines).ToArray())];
        if (_columns is not { } columns)
        {
            Columns([headings, .. all]);
            return;
        }

        var layout = TableLayout.Of(headings, all, columns);
        foreach (var block in layout.Blocks)
        {
            Ruled(block, headings, all);
        }

        if (layout.Blocks.Count == 0)
        {
            Records(headings, all);
        }
    }

    /// <summary>How wide the terminal is that a writer writes to; null when it writes to a file or another program.</summary>
    private static int? ColumnsOf(TextWriter output)
    {
        if (output is IScreen screen)
        {
            return screen.Columns;
        }

        return ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected ? WidthOfConsole : null;
    }

    private void Ruled(IReadOnlyList<TableLayout.Column> block, string[] headings, string[][] rows)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var (index, width) in block)
        {
            table.AddColumn(new TableColumn(Markup.Escape(headings[index])) { Width = width });
        }

        foreach (var row in rows)
        {
            table.AddRow([.. block.Select(column => Markup.Escape(row[column.Index]))]);
        }

        _console.Write(table);
    }

    private void Records(string[] headings, string[][] rows)
    {
        foreach (var row in rows)
        {
            Line($"{headings[0]} {row[0]}");
            foreach (var (heading, cell) in headings.Zip(row).Skip(1))
            {
                Line($"  {heading}: {cell}");
            }
        }
    }

    private void Columns(string[][] lines)
    {
        var widths = lines[0].Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
        {
            var cells = line.Select((cell, column) => cell.PadRight(widths[column]));
            _output.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
