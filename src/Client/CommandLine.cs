using System.CommandLine;
using DmaGrains.Client.Commands;
using DmaGrains.Scenarios.Conformance;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client;

/// <summary>The <c>dmagrains</c> command.</summary>
public static class CommandLine
{
    /// <summary>Carries out one command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Gets the answer.</param>
    /// <param name="error">Gets everything else.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var parsed = CreateRoot(args.FirstOrDefault()).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await error.WriteLineAsync($"dmagrains: {ProblemOf(parsed)}");
            await error.WriteLineAsync($"Try 'dmagrains {PathOf(parsed)}--help'.");
            return ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
            });
        }
        catch (Exception problem) when (problem is FileFormatException or VectorFileException or UsageException)
        {
            await error.WriteLineAsync($"dmagrains: {problem.Message}");
            return ExitCode.Usage;
        }
        catch (NoReplyException trouble)
        {
            await error.WriteLineAsync($"dmagrains: {OneLine(trouble.Message)}");
            return ExitCode.Fault;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("dmagrains: interrupted.");
            return ExitCode.Fault;
        }
        catch (Exception fault)
        {
            await error.WriteLineAsync($"dmagrains: fault: {fault.GetType().Name}: {OneLine(fault.Message)}");
            return ExitCode.Fault;
        }
    }

    /// <summary>The command that is named, or else all.</summary>
    /// <param name="name">The first word of the command line: making every command costs a tenth of a short answer.</param>
    internal static RootCommand CreateRoot(string? name = null)
    {
        var root = new RootCommand(
            """
            Shared DMA buffers with collected constraints: allocate at the first map, for everyone attached.

            Example:
              dmagrains run gpu-and-display
            """);
        var isKnown = Commands.ContainsKey(name ?? string.Empty);
        foreach (var (command, create) in Commands)
        {
            if (!isKnown || command == name)
            {
                root.Add(create());
            }
        }

        return root;
    }

    // In the order of the help page.
    private static readonly OrderedDictionary<string, Func<Command>> Commands = new()
    {
        ["run"] = RunCommand.Create,
        ["compare"] = CompareCommand.Create,
        ["explore"] = ExploreCommand.Create,
        ["advise"] = AdviseCommand.Create,
        ["audit"] = AuditCommand.Create,
        ["capture"] = CaptureCommand.Create,
        ["import"] = ImportCommand.Create,
        ["conform"] = ConformCommand.Create,
        ["board"] = BoardCommand.Create,
        ["device"] = DeviceCommand.Create,
        ["buffer"] = BufferCommand.Create,
    };

    /// <summary>What is wrong. A word that is no command comes first: that one is missing follows from it.</summary>
    private static string ProblemOf(ParseResult parsed) => parsed.UnmatchedTokens.Count > 0
        ? $"Unrecognized command or argument '{parsed.UnmatchedTokens[0]}'."
        : OneLine(parsed.Errors[0].Message);

    private static string OneLine(string message) =>
        string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string PathOf(ParseResult parsed)
    {
        var path = string.Empty;
        for (var command = parsed.CommandResult; command.Parent is System.CommandLine.Parsing.CommandResult parent; command = parent)
        {
            path = $"{command.Command.Name} {path}";
        }

        return path;
    }
}
