using System.CommandLine;
using System.CommandLine.Parsing;
using DmaGrains.Client.Commands;
using DmaGrains.Client.Completing;
using DmaGrains.Client.Output;
using DmaGrains.Experiments.Driving;
using DmaGrains.Experiments.Playing;
using DmaGrains.Experiments.Results;
using DmaGrains.Interfaces;
using DmaGrains.Kernel.Conformance;
using DmaGrains.Model;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client;

/// <summary>The <c>dmagrains</c> command.</summary>
public static class CommandLine
{
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(10);

    /// <summary>Carries out one command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Gets the answer.</param>
    /// <param name="error">Gets everything else.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        if (SiloCommand.IsFor(args))
        {
            return await SiloCommand.RunAsync(args);
        }

        using var interruption = new Interruption();
        var command = RunAsync(args, output, error, interruption.Token);
        var first = await Task.WhenAny(command, interruption.OverdueAsync(_grace));
        var code = first == command ? await command : ExitCode.Fault;
        if (interruption.Code is { } interrupted)
        {
            Say(error, "interrupted.");
            return interrupted;
        }

        return code;
    }

    private static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            var parsed = Parse(args, out var problem);
            if (problem is not null)
            {
                Say(error, problem);
                await error.WriteLineAsync($"Try 'dmagrains {PathOf(parsed)}--help'.");
                return ExitCode.Usage;
            }

            // Signals are handled here. A command that never awaits must not keep this thread from listening to them.
            var configuration = new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await Task.Run(() => parsed.InvokeAsync(configuration, cancellation), CancellationToken.None);
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            // Whatever failed, it was interrupted.
            return ExitCode.Interrupted;
        }
        catch (Exception problem)
        {
            return CodeOf(problem, error);
        }
    }

    /// <summary>Reads a command line.</summary>
    /// <param name="args">Its words.</param>
    /// <param name="problem">What is wrong with it; null when nothing is.</param>
    internal static ParseResult Parse(string[] args, out string? problem)
    {
        var root = CreateRoot(args.FirstOrDefault());
        var suggests = Suggestions.AreAskedFor(args);
        if (suggests)
        {
            Suggestions.AddTo(root);
        }

        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        problem = suggests || parsed.Errors.Count == 0 ? null : ProblemOf(parsed);
        return parsed;
    }

    /// <summary>Says what went wrong, in one line, and gives its exit code.</summary>
    private static int CodeOf(Exception problem, TextWriter error)
    {
        switch (problem)
        {
            case ResultsException { IsUnwritable: true } or CheckpointException { InnerException: not null }:
                Say(error, $"{OneLine(problem.Message)}.");
                return ExitCode.CannotWrite;
            case ResultsException:
                Say(error, $"{OneLine(problem.Message)}.");
                return ExitCode.Usage;
            case FileFormatException or VectorFileException or UsageException or CheckpointException:
                Say(error, problem.Message);
                return ExitCode.Usage;
            case RefusedBoardException:
                Say(error, problem.Message);
                return ExitCode.Refused;
            case GatewayRefusedException or UnauthorizedAccessException:
                Say(error, OneLine(problem.Message));
                return ExitCode.NotPermitted;
            case NoReplyException:
                Say(error, OneLine(problem.Message));
                return ExitCode.Unavailable;
            case AnswerException { IsReaderGone: true }:
                return ExitCode.ReaderGone;
            case AnswerException:
                Say(error, OneLine(problem.Message));
                return ExitCode.CannotWrite;
            default:
                Say(error, $"fault: {problem.GetType().Name}: {OneLine(problem.Message)}");
                return ExitCode.Fault;
        }
    }

    private static void Say(TextWriter error, string what)
    {
        try
        {
            error.WriteLine($"dmagrains: {HarmlessText.Lines(what)}");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Standard error is closed; the exit code says it.
        }
    }

    /// <summary>The named command, or all of them.</summary>
    /// <param name="name">The first word of the command line. Creating all commands would take a tenth of the time of a short answer.</param>
    internal static RootCommand CreateRoot(string? name = null)
    {
        var root = new RootCommand(
            """
            Shared DMA buffers with collected constraints: allocate at the first map, for all attached devices.

            Example:
              dmagrains run gpu-and-display
            """);
        var isKnown = _commands.ContainsKey(name ?? string.Empty);
        foreach (var (command, create) in _commands)
        {
            if (!isKnown || command == name)
            {
                root.Add(create());
            }
        }

        root.Options.Remove(root.Options.OfType<VersionOption>().Single());
        root.Options.Add(VersionAnywhere.Create());
        RefuseEmptyValues(root);
        return root;
    }

    // In the order of the help page.
    private static readonly OrderedDictionary<string, Func<Command>> _commands = new()
    {
        ["run"] = RunCommand.Create,
        ["compare"] = CompareCommand.Create,
        ["explore"] = ExploreCommand.Create,
        ["experiment"] = ExperimentCommand.Create,
        ["advise"] = AdviseCommand.Create,
        ["survey"] = SurveyCommand.Create,
        ["audit"] = AuditCommand.Create,
        ["capture"] = CaptureCommand.Create,
        ["import"] = ImportCommand.Create,
        ["doctor"] = DoctorCommand.Create,
        ["conform"] = ConformCommand.Create,
        ["check"] = CheckCommand.Create,
        ["list"] = ListCommand.Create,
        ["show"] = ShowCommand.Create,
        ["board"] = BoardCommand.Create,
        ["device"] = DeviceCommand.Create,
        ["buffer"] = BufferCommand.Create,
        ["batch"] = BatchCommand.Create,
        [SiloCommand.Name] = SiloCommand.Create,
        ["completion"] = CompletionCommand.Create,
        ["man"] = ManCommand.Create,
    };

    private static bool IsAboutWhatIsMissing(ParseError error) =>
        error.SymbolResult is not (ArgumentResult { Tokens.Count: > 0 } or OptionResult { Tokens.Count: > 0 });

    /// <summary>What is wrong. An unknown word comes first, then a wrong value: what is missing may only follow from them.</summary>
    private static string ProblemOf(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens.Count == 0)
        {
            return command.Subcommands.Count == 0
                ? OneLine(parsed.Errors.OrderBy(IsAboutWhatIsMissing).First().Message)
                : $"A command is missing{(command is RootCommand ? string.Empty : $" after '{command.Name}'")}: expected {Quoted.AnyOf([.. command.Subcommands.Select(child => child.Name)])}.";
        }

        var word = parsed.UnmatchedTokens[0];
        var known = word.StartsWith('-')
            ? command.Options.Concat<Symbol>(RootOptionsOf(parsed)).Select(option => option.Name)
            : command.Subcommands.Select(child => child.Name);
        var meant = Closest.To(word, known) is { } near ? $"; did you mean {near}?" : ".";
        return $"Unrecognized command or argument {Quoted.Text(word)}{meant}";
    }

    private static IEnumerable<Option> RootOptionsOf(ParseResult parsed) =>
        parsed.RootCommandResult.Command.Options.Where(option => option.Recursive);

    /// <summary>An empty value is not the same as one that is left out: a script may have lost its variable.</summary>
    private static void RefuseEmptyValues(Command command)
    {
        foreach (var argument in command.Arguments)
        {
            argument.Validators.Add(result =>
            {
                if (result.Tokens.Any(token => token.Value.Length == 0))
                {
                    result.AddError($"{argument.Name} is empty: expected a value.");
                }
            });
        }

        foreach (var option in command.Options)
        {
            option.Validators.Add(result =>
            {
                if (result.Tokens.Any(token => token.Value.Length == 0))
                {
                    result.AddError($"{option.Name} has an empty value: expected {option.HelpName ?? "a word"}, or the option left out.");
                }
            });
        }

        foreach (var child in command.Subcommands)
        {
            RefuseEmptyValues(child);
        }
    }

    private static string OneLine(string message) =>
        string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string PathOf(ParseResult parsed)
    {
        var path = string.Empty;
        for (var command = parsed.CommandResult; command.Parent is CommandResult parent; command = parent)
        {
            path = $"{command.Command.Name} {path}";
        }

        return path;
    }
}
