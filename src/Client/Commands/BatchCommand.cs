using System.CommandLine;
using System.CommandLine.Parsing;
using DmaGrains.Client.Live;
using DmaGrains.Model;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains batch FILE</c>.</summary>
internal static class BatchCommand
{
    private static readonly string[] _commands = ["board", "device", "buffer"];

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "One command per line, without 'dmagrains'; - for standard input." };
        var goOn = new Option<bool>("--keep-going") { Description = "Continue after a refused command." };
        var gateway = CommonOptions.Gateway();
        var data = CommonOptions.DataFile();
        var json = CommonOptions.Json();
        var command = new Command(
            "batch",
            """
            Carries out board, device and buffer commands, one per line, over one connection: empty lines and those that start with # are
            skipped. All lines are read first, and nothing is done when one of them is malformed. Stops after the first command that
            is refused, with its exit code.

            Example:
              dmagrains batch session.txt --gateway 127.0.0.1:30000
              echo "buffer export rk3399/f --size 4KiB" | dmagrains batch - --data state.db
            """)
        {
            file, goOn, gateway, data, json,
        };
        command.Options.AddAccess();
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = parsed.GetRequiredValue(file);
            var asJson = parsed.GetValue(json);
            var lines = Read(name).Select(line => Parse(name, line.Number, line.Text, asJson)).ToList();
            if (lines.Count == 0)
            {
                throw new UsageException($"{Quoted.Text(name)} has no command: expected one on a line, such as 'buffer list rk3399'.");
            }

            await using var connection = await Connection.OpenAsync(parsed.GetValue(gateway), GatewayAccess.Of(parsed), parsed.GetValue(data), null, cancellation);
            Batch.Share(connection);
            return await RunAsync(parsed, lines, parsed.GetValue(goOn), asJson, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult batch, List<ParseResult> lines, bool goOn, bool asJson, CancellationToken cancellation)
    {
        var output = batch.InvocationConfiguration.Output;
        var code = ExitCode.Good;
        var documents = new List<string>();
        foreach (var line in lines)
        {
            using var answer = new StringWriter();
            var ended = await line.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = asJson ? answer : output,
                    Error = batch.InvocationConfiguration.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                },
                cancellation);
            documents.Add(answer.ToString().TrimEnd());
            code = code == ExitCode.Good ? ended : code;
            if (ended != ExitCode.Good && !goOn)
            {
                break;
            }
        }

        if (asJson)
        {
            await output.WriteLineAsync($"[\n{string.Join(",\n", documents)}\n]");
        }

        return code;
    }

    private static IEnumerable<(int Number, string Text)> Read(string name) =>
        (StandardInput.Is(name) ? InputText.Read(StandardInput.Name, StandardInput.Open()) : InputText.Read(name))
        .Split('\n')
        .Select((text, index) => (index + 1, text.Trim()))
        .Where(line => line.Item2.Length != 0 && line.Item2[0] != '#');

    private static ParseResult Parse(string file, int number, string text, bool asJson)
    {
        var words = CommandLineParser.SplitCommandLine(text).ToList();
        if (words.Count > 0 && words[0] == "dmagrains")
        {
            words.RemoveAt(0);
        }

        var first = words.FirstOrDefault() ?? string.Empty;
        if (!_commands.Contains(first))
        {
            throw new UsageException($"{HarmlessText.Of(file)}:{number}:1: {Quoted.Text(first)} is not a command of a batch: {Closest.Expecting(first, _commands)}.");
        }

        return CommandLine.Parse([.. words, .. asJson && !words.Contains("--json") ? (string[])["--json"] : []], out var problem) is { } parsed
            && problem is null
                ? parsed
                : throw new UsageException($"{HarmlessText.Of(file)}:{number}:1: {problem}");
    }
}
