using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;

namespace DmaGrains.Client.Commands;

/// <summary>One invocation of a command on one live buffer.</summary>
/// <param name="Live">The invocation.</param>
/// <param name="Command">The command's name.</param>
/// <param name="Path">The buffer.</param>
internal sealed record BufferContext(LiveContext Live, string Command, BoardPath Path)
{
    /// <summary>The caller: this process.</summary>
    private DmaCaller Caller { get; } = new();

    /// <summary>The buffer's grain.</summary>
    public IDmaBufferGrain Grain => Live.Connection.Grains.GetBuffer(Path.Board, Path.Name);

    /// <summary>A command on one buffer: its first argument is <c>BOARD/BUFFER</c>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="does">What it does, in one or more sentences.</param>
    /// <param name="example">What follows the buffer in the example.</param>
    /// <param name="symbols">Its further arguments and options.</param>
    /// <param name="run">Does it and gives the exit code.</param>
    public static Command Create(
        string name, string does, string example, IEnumerable<Symbol> symbols, Func<BufferContext, Task<int>> run)
    {
        var path = new Argument<string>("BOARD/BUFFER") { Description = "The buffer." };
        var description =
            $"""
            {does}

            Example:
              dmagrains buffer {name} raspberry-pi-4/frame{(example.Length == 0 ? string.Empty : $" {example}")} --gateway 127.0.0.1:30000
            """;
        return new LiveCommand(name, description, [path, .. symbols]).Does(
            parsed => BoardPath.Parse(parsed.GetRequiredValue(path)).Board,
            live => run(new(live, name, BoardPath.Parse(live.Parsed.GetRequiredValue(path)))));
    }

    /// <summary>The option for the caller's name for what a command creates.</summary>
    public static Option<string?> NameOption(string what) => new("--as")
    {
        Description = $"Your name for the {what}; default: a new name. The same name again repeats the command.",
        HelpName = "NAME",
    };

    /// <summary>A name that no earlier command has used: each command line is a new attempt.</summary>
    public static string NewName(string stem)
    {
        var start = ModelName.IsValid(stem) ? stem : "new";
        return $"{start[..Math.Min(start.Length, 40)]}#{Guid.NewGuid().ToString("N")[..8]}";
    }

    /// <summary>The value of an argument, or of an option with a default.</summary>
    public T Value<T>(Argument<T> argument) => Live.Parsed.GetRequiredValue(argument);

    /// <summary>The caller's name for what the command creates, or a new one.</summary>
    public string NameFor(Option<string?> option, string stem) => Live.Parsed.GetValue(option) ?? NewName(stem);

    /// <summary>Sends a command under an id, writes the reply and gives the exit code.</summary>
    /// <param name="made">The name of what it creates; null when it creates nothing.</param>
    /// <param name="command">The command.</param>
    public Task<int> SendAsync(string? made, DmaCommand command) =>
        AnswerAsync(made, Caller.SendAsync(id => Grain.ExecuteAsync(command with { Id = id }, Live.Cancellation)));

    /// <summary>The same for an export.</summary>
    public Task<int> SendAsync(BufferExport export) =>
        AnswerAsync(null, Caller.SendAsync(id => Grain.ExportAsync(export with { Id = id }, Live.Cancellation)));

    /// <summary>Writes the reply and gives the exit code.</summary>
    /// <param name="made">The name of what it created; null when it created nothing.</param>
    /// <param name="result">The reply.</param>
    public async Task<int> AnswerAsync(string? made, Task<DmaResult<DmaReply>> result)
    {
        var reply = await result;
        if (reply.Refusal is { } refusal)
        {
            Live.Hint(refusal.Errno);
        }

        var took = reply.TryGetValue(out var granted) && granted.Mapping is not null;
        var described = took && (await Grain.DescribeAsync(Live.Cancellation)).TryGetValue(out var now) ? now : null;
        return CommandText.Write(Live.Terminal, Live.AsJson, CommandReport.Of(Command, Path.ToString(), made, reply, described));
    }
}
