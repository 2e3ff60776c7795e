using System.CommandLine;
using Spectre.Console;

namespace DmaGrains.Client.Output;

/// <summary>Writes answers: JSON when asked for, else text; tables and colour have lines and hues on a terminal only.</summary>
internal sealed class Terminal
{
    /// <summary>How wide a terminal is taken to be at least.</summary>
    public const int LeastColumns = 80;

    private readonly TextWriter _output;
    private readonly IAnsiConsole _console;
    private readonly bool _isTerminal;

    private Terminal(TextWriter output)
    {
        _output = output;
        _isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = _isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = _isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
    }

    /// <summary>Whether somebody looks at it; else it goes to a file or another program.</summary>
    public bool IsTerminal => _isTerminal;

    /// <summary>Writes to where the command line's answers go.</summary>
    public static Terminal Of(ParseResult parsed) => new(parsed.InvocationConfiguration.Output);

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

    /// <summary>One JSON document.</summary>
    public void Json<T>(T document) => _output.WriteLine(Output.Json.Text(document));

    /// <summary>A line of text as it is.</summary>
    public void Line(string text = "") => _output.WriteLine(text);

    /// <summary>Text as it is, with the ends of its lines.</summary>
    public void Text(string text) => _output.Write(text);

    /// <summary>A line with one word that a terminal shows in colour.</summary>
    public void Line(string before, string word, bool isGood, string after)
    {
        var hue = isGood ? "green" : "red";
        if (_isTerminal)
        {
            _output.Write(before);
            _console.Markup($"[{hue}]{Markup.Escape(word)}[/]");
            _output.WriteLine(after);
        }
        else
        {
            _output.WriteLine($"{before}{word}{after}");
        }
    }

    /// <summary>A table: ruled on a terminal, plain columns elsewhere.</summary>
    public void Table(string[] headings, IEnumerable<string[]> rows)
    {
        if (!_isTerminal)
        {
            Columns([headings, .. rows]);
            return;
        }

        var table = new Table { Border = TableBorder.Rounded };
        foreach (var heading in headings)
        {
            table.AddColumn(new TableColumn(Markup.Escape(heading)) { NoWrap = true });
        }

        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        _console.Write(table);
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
