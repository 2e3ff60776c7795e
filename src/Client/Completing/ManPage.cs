using System.CommandLine;
using System.Reflection;
using System.Text;
using DmaGrains.Silo;

namespace DmaGrains.Client.Completing;

/// <summary>The manual page of a command, in the language of troff's man macros, from the command tree.</summary>
internal static class ManPage
{
    private const string Example = "Example:";

    // Of a terminal's 80, less man's margin.
    private const int ExampleColumns = 72;

    /// <summary>The pages of a command and of all below it: a name such as <c>dmagrains-buffer-map</c>, and the text.</summary>
    public static IEnumerable<(string Name, string Text)> All(Command root) => Below([], root);

    /// <summary>One page.</summary>
    /// <param name="path">The command, after those above it.</param>
    public static string Of(IReadOnlyList<Command> path)
    {
        var command = path[^1];
        var (description, example) = Parts(command.Description!);
        var page = new StringBuilder();
        page.AppendLine($".TH {Text(NameOf(path).ToUpperInvariant())} 1 \"\" \"DmaGrains {Version}\" \"DmaGrains\"");
        page.AppendLine(".nh").AppendLine(".ad l");
        page.AppendLine(".SH NAME").AppendLine($"{Text(NameOf(path))} \\- {Text(Sentence.FirstOf(description))}");
        page.AppendLine(".SH SYNOPSIS").AppendLine($".B {Text(NameOf(path, ' '))}").AppendLine(Text(Synopsis(command)));
        page.AppendLine(".SH DESCRIPTION").AppendLine(Text(description));
        Section(page, "ARGUMENTS", command.Arguments.Select(argument => ($".I {Text(argument.Name)}", argument.Description)));
        Section(page, "OPTIONS", command.Options.Where(option => !option.Hidden).Select(option => ($".B {Text(Shown(option))}", option.Description)));
        Section(page, "COMMANDS", command.Subcommands.Select(child => (
            $".BR {Text(NameOf([.. path, child]))} (1)", (string?)Sentence.FirstOf(Parts(child.Description!).Description))));
        page.AppendLine(".SH EXAMPLES").AppendLine(".nf").AppendLine(Text(Broken(example))).AppendLine(".fi");
        Section(page, "EXIT STATUS", _statuses.Select(status => ($".B {status.Code}", (string?)status.What)));
        if (path.Count > 1)
        {
            page.AppendLine(".SH SEE ALSO").AppendLine($".BR {Text(NameOf([.. path.SkipLast(1)]))} (1)");
        }

        return page.ToString();
    }

    private static readonly (int Code, string What)[] _statuses =
    [
        (ExitCode.Good, "Done, with a good result."),
        (ExitCode.Refused, "Done, with a refusal or a failed check."),
        (ExitCode.Usage, "The arguments or an input file are wrong."),
        (ExitCode.Unavailable, "A cluster or a storage is unavailable; a later attempt may succeed."),
        (ExitCode.Fault, "A fault of the program or of its environment."),
        (ExitCode.CannotWrite, "Output cannot be written."),
    ];

    private static string Version =>
        typeof(ManPage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static IEnumerable<(string Name, string Text)> Below(Command[] above, Command command)
    {
        Command[] path = [.. above, command];
        return command.Subcommands.SelectMany(child => Below(path, child)).Prepend((NameOf(path), Of(path)));
    }

    // The root is called after the process, which may be another program.
    private static string NameOf(IEnumerable<Command> path, char separator = '-') =>
        string.Join(separator, path.Skip(1).Select(command => command.Name).Prepend("dmagrains"));

    private static string Synopsis(Command command) => string.Join(' ', [
        .. command.Subcommands.Count > 0 ? ["COMMAND"] : Array.Empty<string>(),
        .. command.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}]"
            : argument.Arity.MaximumNumberOfValues > 1 ? $"{argument.Name}…" : argument.Name),
        "[options]",
    ]);

    private static string Shown(Option option) => string.Join(", ", option.Aliases.Where(alias => alias.StartsWith('-')).Prepend(option.Name))
        + (option.HelpName is { } value ? $" {value}" : option.ValueType == typeof(bool) ? string.Empty : " VALUE");

    private static (string Description, string Example) Parts(string description)
    {
        var start = description.IndexOf(Example, StringComparison.Ordinal);
        return start < 0 ? (description.Trim(), string.Empty) : (description[..start].Trim(), description[(start + Example.Length)..].Trim('\n', '\r'));
    }

    /// <summary>Command lines broken before an option, as a shell reads them, so that they fit on a terminal.</summary>
    private static string Broken(string example) => string.Join('\n', example.Split('\n').SelectMany(BrokenLine));

    private static IEnumerable<string> BrokenLine(string line)
    {
        while (line.Length > ExampleColumns && line.LastIndexOf(" --", ExampleColumns - 2, StringComparison.Ordinal) is > 6 and var option)
        {
            yield return $"{line[..option]} \\";
            line = $"     {line[option..]}";
        }

        yield return line;
    }

    private static void Section(StringBuilder page, string title, IEnumerable<(string Term, string? What)> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
        {
            return;
        }

        page.AppendLine($".SH {title}");
        foreach (var (term, what) in all)
        {
            page.AppendLine(".TP").AppendLine(term).AppendLine(Text(what ?? string.Empty));
        }
    }

    /// <summary>Text in which troff sees no commands and no other dashes.</summary>
    private static string Text(string text) => string.Join('\n', text
        .Replace("\\", "\\e", StringComparison.Ordinal)
        .Replace("-", "\\-", StringComparison.Ordinal)
        .Split('\n')
        .Select(line => line.StartsWith('.') || line.StartsWith('\'') ? $"\\&{line}" : line));
}
