using System.CommandLine;
using System.Text.RegularExpressions;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Kernel.Catalogue;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains show [KIND] NAME</c>.</summary>
internal static partial class ShowCommand
{
    private const string Driver = "driver";

    private static readonly (string Kind, Func<IEnumerable<string>> Names, Func<string, string?> Find)[] _kinds =
    [
        ("scenario", () => ShippedFiles.Scenarios, name => ShippedFiles.Scenario(name) is { } file ? Standalone(File.ReadAllText(file)) : null),
        ("board", () => ShippedFiles.Boards, name => ShippedFiles.Board(name) is { } file ? Standalone(File.ReadAllText(file)) : null),
        ("policy", () => PolicyReport.All.Select(policy => policy.Name), PolicyText),
        (Driver, () => DriverCatalogue.All.Select(driver => driver.Name), name => DriverCatalogue.Named(name) is { } driver ? DriverText.Of(driver) : null),
        ("schema", () => ShippedFiles.Schemas, name => ShippedFiles.Schema(name) is { } file ? File.ReadAllText(file) : null),
    ];

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var name = new Argument<string[]>("NAME")
        {
            Description = $"What 'dmagrains list' shows. Before it may stand which of them it is, where several have the name: {Kinds}; the first of these when left out.",
            Arity = new ArgumentArity(1, 2),
        };
        var json = CommonOptions.Json();
        var command = new Command(
            "show",
            """
            Prints a scenario, a board, a policy, a driver (as a device of a board file) or a schema that comes with the program, to copy and
            change. A copy runs anywhere.

            Example:
              dmagrains show gpu-and-display > mine.yaml
              dmagrains show board raspberry-pi-4 > my-board.yaml
              dmagrains show driver etnaviv
            """)
        {
            name, json,
        };
        command.SetAction(parsed =>
        {
            var words = parsed.GetRequiredValue(name);
            var (only, wanted) = (words.Length == 2 ? words[0] : null, words[^1]);
            if (only is not null && _kinds.All(known => known.Kind != only))
            {
                throw new UsageException($"{Quoted.Text(only)} {Quoted.Text(wanted)}: {Closest.Expecting(only, _kinds.Select(known => known.Kind), $"one name, or before it {Kinds}")}.");
            }

            var found = _kinds
                .Where(known => only is null || known.Kind == only)
                .Select(known => (known.Kind, Text: known.Find(wanted)))
                .Where(known => known.Text is not null)
                .ToList();
            if (found.Count == 0)
            {
                throw new UsageException(
                    $"There is no {only ?? Kinds} {Quoted.Text(wanted)}: "
                    + $"{Closest.Expecting(wanted, All(only), "a name that 'dmagrains list' shows")}.");
            }

            var (first, text) = found[0];
            if (parsed.GetValue(json))
            {
                Terminal.Of(parsed).Json(new { name = wanted, kind = first, text, driver = first == Driver ? DriverCatalogue.Named(wanted) : null });
            }
            else
            {
                Terminal.Of(parsed).Text(text!);
            }

            foreach (var (other, _) in found.Skip(1))
            {
                parsed.InvocationConfiguration.Error.WriteLine($"dmagrains: this is the {first}; there is a {other} {wanted}, too: 'dmagrains show {other} {wanted}' prints it.");
            }

            return ExitCode.Good;
        });
        return command;
    }

    private static string Kinds => Quoted.AnyOf([.. _kinds.Select(known => known.Kind)]);

    /// <summary>The words that may follow: the names of a kind, or else the names of all kinds and the kinds.</summary>
    /// <param name="given">The first word of the line; null when there is none.</param>
    public static IEnumerable<string> NamesAfter(string? given) =>
        _kinds.Any(known => known.Kind == given) ? All(given) : [.. _kinds.Select(known => known.Kind), .. All(null)];

    private static IEnumerable<string> All(string? kind) => _kinds.Where(known => kind is null || known.Kind == kind).SelectMany(known => known.Names());

    private static string? PolicyText(string name) => PolicyReport.All.FirstOrDefault(policy => policy.Name == name) is { } policy
        ? $"# {policy.Shows}\n# The same as 'policy: {policy.Name}'. For a scenario, or one of its buffers.\npolicy: {policy.Choices}\n"
        : null;

    /// <summary>A shipped file names its schema and board by relative paths, which are wrong in a copy.</summary>
    private static string Standalone(string text) => BoardLine().Replace(SchemaLine().Replace(text, string.Empty), "board: ${name}");

    [GeneratedRegex(@"\A# yaml-language-server: .*\n")]
    private static partial Regex SchemaLine();

    [GeneratedRegex(@"(?m)^board: \.\./boards/(?<name>[^/\s]+)\.yaml[ \t]*$")]
    private static partial Regex BoardLine();
}
