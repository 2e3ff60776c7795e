using System.CommandLine;
using System.Globalization;
using DmaGrains.Model;
using DmaGrains.Reports;
using Spectre.Console;

namespace DmaGrains.Client.Output;

/// <summary>
/// Writes answers: JSON when asked for, else text; rules and colours on a terminal only. No text from a file or a caller moves the cursor
/// or changes the direction of text (<see cref="HarmlessText"/>).
/// </summary>
internal sealed class Terminal
{
    /// <summary>The assumed width of a terminal of unknown width.</summary>
    public const int LeastColumns = 80;

    // Spectre must not break lines by itself.
    private const int Endless = 1 << 20;

    private readonly TextWriter _output;
    private IAnsiConsole? _console;
    private readonly int? _columns;

    private Terminal(TextWriter output)
    {
        _output = output;
        _columns = ColumnsOf(output);
    }

    /// <summary>Whether it is a terminal; otherwise a file or another program.</summary>
    public bool IsTerminal => _columns is not null;

    /// <summary>The width of the terminal; one that does not know its width says 0.</summary>
    public static int WidthOfConsole =>
        int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), CultureInfo.InvariantCulture, out var columns) && columns > 0 ? columns
        : Console.WindowWidth is > 0 and var width ? width
        : LeastColumns;

    /// <summary>Writes to standard output of a command.</summary>
    public static Terminal Of(ParseResult parsed) => Of(parsed.InvocationConfiguration.Output);

    /// <summary>Writes to a writer.</summary>
    public static Terminal Of(TextWriter output) => new(output);

    /// <summary>Writes to standard error of a command.</summary>
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
    public void Json<T>(T document) => _output.WriteLine(ReportJson.Text(document));

    /// <summary>A line of text; a narrower terminal gets it as several lines, broken between words.</summary>
    public void Line(string text = "")
    {
        text = HarmlessText.Lines(text);
        foreach (var line in _columns is { } columns ? WrappedLine.Lines(text, columns) : [text])
        {
            _output.WriteLine(line);
        }
    }

    /// <summary>Text as it is, including its line ends.</summary>
    public void Text(string text) => _output.Write(HarmlessText.Lines(text));

    /// <summary>A line with a part that a terminal shows in colour.</summary>
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
            Screen.Write(new Text(text[hueFrom..hueTo], style));
            _output.WriteLine(text[hueTo..to]);
        }
    }

    /// <summary>A table: ruled on a terminal, plain columns elsewhere. Nothing is cut or left out, however narrow the terminal is.</summary>
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

    /// <summary>Spectre's console, which draws on terminals: other answers need not load it.</summary>
    private IAnsiConsole Screen => _console ??= ScreenOf(_output);

    private static IAnsiConsole ScreenOf(TextWriter output)
    {
        var isColoured = ReferenceEquals(output, Console.Out);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isColoured ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isColoured ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),

            // Nothing depends on which CI it is, and looking costs time at each start.
            Enrichment = new() { UseDefaultEnrichers = false },
        });
        console.Profile.Width = Endless;
        return console;
    }

    /// <summary>The width of the terminal behind a writer; null for a file or another program.</summary>
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

        Screen.Write(table);
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
