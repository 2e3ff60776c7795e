using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Model;
using DmaGrains.Reports;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary>What commands on a live cluster have in common: <c>--gateway</c>, <c>--data</c>, <c>--json</c>, and a connection while they run.</summary>
internal sealed class LiveCommand
{
    private readonly Command _command;
    private readonly Option<string?> _gateway = CommonOptions.Gateway();
    private readonly Option<string?> _data = CommonOptions.DataFile();
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary>A command with the common options.</summary>
    public LiveCommand(string name, string description, params IEnumerable<Symbol> symbols)
    {
        _command = new(name, description) { _gateway, _data, _json };
        foreach (var symbol in symbols.Concat(GatewayAccess.Options()))
        {
            if (symbol is Argument argument)
            {
                _command.Arguments.Add(argument);
            }
            else if (symbol is Option option)
            {
                _command.Options.Add(option);
            }
        }
    }

    /// <summary>The command with what it does.</summary>
    /// <param name="boardOf">The board that the command line is about, or null.</param>
    /// <param name="run">Does it and gives the exit code.</param>
    /// <param name="withoutSilo">
    /// Does it from files alone when neither --gateway nor --data is given; gives null when a silo has to be asked.
    /// </param>
    public Command Does(
        Func<ParseResult, string?> boardOf, Func<LiveContext, Task<int>> run, Func<ParseResult, bool, int?>? withoutSilo = null)
    {
        _command.SetAction(async (parsed, cancellation) =>
        {
            var gateway = parsed.GetValue(_gateway);
            var data = parsed.GetValue(_data);
            var asJson = parsed.GetValue(_json);
            if (Batch.Current is { } shared)
            {
                if (gateway is not null || data is not null)
                {
                    throw new UsageException("--gateway and --data are those of the batch: expected none on its lines.");
                }

                await shared.DefineShippedAsync(boardOf(parsed), cancellation);
                return await run(new(parsed, shared, Terminal.Of(parsed), asJson, cancellation));
            }

            if (gateway is null && data is null && withoutSilo?.Invoke(parsed, asJson) is { } code)
            {
                return code;
            }

            await using var connection = await Connection.OpenAsync(gateway, GatewayAccess.Of(parsed), data, boardOf(parsed), cancellation);
            return await run(new(parsed, connection, Terminal.Of(parsed), asJson, cancellation));
        });
        return _command;
    }
}

/// <summary>One invocation of a live command.</summary>
/// <param name="Parsed">The command line.</param>
/// <param name="Connection">The connection to the grains.</param>
/// <param name="Terminal">Where answers go.</param>
/// <param name="AsJson">Whether they are JSON.</param>
/// <param name="Cancellation">Ctrl-C.</param>
internal sealed record LiveContext(
    ParseResult Parsed, Connection Connection, Terminal Terminal, bool AsJson, CancellationToken Cancellation)
{
    /// <summary>Answers with a report, as JSON where that is asked for.</summary>
    public void Answer<T>(T report, Action<Terminal, T> write)
    {
        if (AsJson)
        {
            Terminal.Json(report);
        }
        else
        {
            write(Terminal, report);
        }
    }

    /// <summary>Writes a refusal, with a hint when it came from an empty embedded silo; gives the exit code.</summary>
    public int Refuse(Refusal refusal)
    {
        var code = Refuse(Terminal, AsJson, refusal);
        Hint(refusal.Errno);
        return code;
    }

    /// <summary>Writes a refusal; gives the exit code.</summary>
    public static int Refuse(Terminal terminal, bool asJson, Refusal refusal)
    {
        if (asJson)
        {
            terminal.Json(new { outcome = refusal.Errno.ToString(), refusal = RefusalReport.Of(refusal) });
        }
        else
        {
            terminal.Line(string.Empty, refusal.Errno.ToString(), false, $"  {refusal.Reason}");
        }

        return ExitCode.Refused;
    }

    /// <summary>Says on standard error why something may be missing.</summary>
    public void Hint(Errno errno)
    {
        if (Connection.IsEmbedded && errno == Errno.ENOENT)
        {
            Parsed.InvocationConfiguration.Error.WriteLine(
                "dmagrains: this was an embedded silo, which starts with the shipped boards and no buffers and keeps nothing; use --gateway for a running one, or --data for a file.");
        }
    }
}
