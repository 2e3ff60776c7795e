using System.CommandLine;
using DmaGrains.Client.Completing;
using DmaGrains.Client.Output;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains completion SHELL|install</c>.</summary>
internal static class CompletionCommand
{
    private const string Manual = "man1";

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command(
            "completion",
            """
            Prints the script that lets a shell complete commands, options, and names of boards, scenarios, policies and, with --gateway or --data, live buffers.
            'completion install' puts it where your shell looks for it, and the manual pages too.

            Example:
              dmagrains completion install
              source <(dmagrains completion bash)
            """);
        foreach (var shell in Shell.All)
        {
            command.Add(Print(shell));
        }

        command.Add(Install());
        return command;
    }

    private static Command Print(Shell shell)
    {
        var json = CommonOptions.Json();
        var command = new Command(
            shell.Name,
            $"""
            Prints the script for {shell.Name}.

            Example:
              dmagrains completion {shell.Name} > {Path.GetFileName(shell.File)}
            """)
        {
            json,
        };
        command.SetAction(parsed =>
        {
            Terminal.Answer(parsed, json, new { shell = shell.Name, text = shell.Script }, (terminal, _) => terminal.Text(shell.Script));
            return ExitCode.Good;
        });
        return command;
    }

    private static Command Install()
    {
        var given = new Argument<string?>("SHELL") { Description = "bash, fish, powershell or zsh; yours when left out.", Arity = ArgumentArity.ZeroOrOne };
        given.CompletionSources.Add([.. Shell.All.Select(shell => shell.Name)]);
        var json = CommonOptions.Json();
        var command = new Command(
            "install",
            """
            Writes the script for a shell, and the manual pages, to your own folders, over those of an earlier version, and says what is still to do.

            Example:
              dmagrains completion install
              dmagrains completion install zsh
            """)
        {
            given, json,
        };
        command.SetAction(parsed =>
        {
            var shell = ShellOf(parsed.GetValue(given));
            Write(shell.File, shell.Script);
            var manual = UserFolders.Data("man", Manual);
            var pages = ManPage.All(CommandLine.CreateRoot()).ToList();
            foreach (var (name, text) in pages)
            {
                Write(Path.Combine(manual, $"{name}.1"), text);
            }

            Terminal.Answer(parsed, json, new { shell = shell.Name, script = shell.File, manual, pages = pages.Count, to_do = shell.ToDo }, (terminal, _) =>
            {
                terminal.Line($"{shell.Name}: {shell.File}");
                if (shell.ToDo is { } rest)
                {
                    terminal.Line($"  {rest}");
                }

                terminal.Line($"manual: {pages.Count} pages in {manual}");
            });
            return ExitCode.Good;
        });
        return command;
    }

    private static Shell ShellOf(string? name) => name is null
        ? Shell.OfUser ?? throw new UsageException($"SHELL in the environment names no shell that is known here: expected one of {Known}, as in 'completion install bash'.")
        : Shell.Find(name) ?? throw new UsageException($"SHELL {Quoted.Text(name)}: {Closest.Expecting(name, [.. Shell.All.Select(shell => shell.Name)])}.");

    private static string Known => string.Join(", ", Shell.All.Select(shell => shell.Name));

    private static void Write(string path, string text)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be written: expected a folder that you may write to, such as one in XDG_DATA_HOME.");
        }
    }
}
