using System.CommandLine;
using System.CommandLine.Completions;
using DmaGrains.Client.Completing;
using DmaGrains.Client.Output;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains man [COMMAND…]</c>.</summary>
internal static class ManCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var words = new Argument<string[]>("COMMAND") { Description = "A command, such as buffer map; the whole program when left out.", Arity = ArgumentArity.ZeroOrMore };
        words.CompletionSources.Add(context =>
        {
            var given = context.ParseResult.GetValue(words) ?? [];
            var finished = context.WordToComplete.Length > 0 ? given.SkipLast(1) : given;
            return Reached(finished, out var path) is null ? path[^1].Subcommands.Select(child => new CompletionItem(child.Name)) : [];
        });
        var json = CommonOptions.Json();
        var command = new Command(
            "man",
            """
            Prints the manual page of a command, as man reads it. 'completion install' installs all of them.

            Example:
              dmagrains man buffer map | man -l -
            """)
        {
            words, json,
        };
        command.SetAction(parsed =>
        {
            if (Reached(parsed.GetValue(words) ?? [], out var path) is { } unknown)
            {
                string[] known = [.. path[^1].Subcommands.Select(child => child.Name)];
                throw new UsageException(known.Length == 0
                    ? $"There is no command {Quoted.Text(unknown)} below '{path[^1].Name}': expected nothing after it."
                    : $"There is no command {Quoted.Text(unknown)}: {Closest.Expecting(unknown, known)}.");
            }

            var text = ManPage.Of(path);
            Terminal.Answer(parsed, json, new { text }, (terminal, _) => terminal.Text(text));
            return ExitCode.Good;
        });
        return command;
    }

    /// <summary>Follows words down the command tree.</summary>
    /// <param name="words">The words.</param>
    /// <param name="path">The commands that they lead to, the program first.</param>
    /// <returns>The first word that leads nowhere, or null.</returns>
    private static string? Reached(IEnumerable<string> words, out List<Command> path)
    {
        path = [CommandLine.CreateRoot()];
        foreach (var word in words)
        {
            if (path[^1].Subcommands.FirstOrDefault(child => child.Name == word) is not { } child)
            {
                return word;
            }

            path.Add(child);
        }

        return null;
    }
}
