using System.Text.Json;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>What one caller asked of one buffer, and what it heard: an export, a command, or, with neither, a look at the buffer.</summary>
/// <param name="Buffer">The buffer's name on its board.</param>
/// <param name="Sent">When it was first sent, on the clock that all callers share.</param>
internal sealed record Operation(string Buffer, long Sent)
{
    private readonly Operation? _first;

    /// <summary>What is exported.</summary>
    public BufferExport? Export { get; init; }

    /// <summary>What is commanded.</summary>
    public DmaCommand? Command { get; init; }

    /// <summary>When the answer came; the end of time when nobody waited for it.</summary>
    public long Answered { get; init; } = long.MaxValue;

    /// <summary>The answer; null when nobody waited for it.</summary>
    public DmaResult<DmaReply>? Reply { get; init; }

    /// <summary>What a look at the buffer showed.</summary>
    public DmaResult<DmaBuffer>? Seen { get; init; }

    /// <summary>The operation of the same batch that comes before it; null for none.</summary>
    public Operation? After
    {
        get;
        init => (field, _first, Place) = (value, value?.First, value is null ? 0 : value.Place + 1);
    }

    /// <summary>The first operation of its batch.</summary>
    public Operation First => _first ?? this;

    /// <summary>Its place in its batch, from 0.</summary>
    public int Place { get; private init; }

    /// <summary>Whether somebody waited for the answer.</summary>
    public bool IsAnswered => Answered != long.MaxValue;

    /// <summary>Whether the buffer knows the command when it comes once more: what was refused without an id, or where there is no buffer, is tried again.</summary>
    public bool IsRemembered => Reply is { IsGranted: true } || (Command?.Id is not null && Reply is not { Refusal.Errno: Errno.ENOENT });

    /// <summary>The operations of one request.</summary>
    /// <param name="buffer">The buffer's name on its board.</param>
    /// <param name="sent">When it was first sent.</param>
    /// <param name="answered">When the answer came.</param>
    /// <param name="commands">Its commands.</param>
    /// <param name="replies">The answer.</param>
    public static List<Operation> Of(
        string buffer, long sent, long answered, IEnumerable<DmaCommand> commands, IEnumerable<DmaResult<DmaReply>> replies)
    {
        var operations = new List<Operation>();
        foreach (var (command, reply) in commands.Zip(replies))
        {
            operations.Add(new(buffer, sent) { Answered = answered, Command = command, Reply = reply, After = operations.LastOrDefault() });
        }

        return operations;
    }

    /// <summary>A reply as text, to tell whether two are the same.</summary>
    public static string TextOf(DmaResult<DmaReply> reply) =>
        JsonSerializer.Serialize<object?>(reply.Refusal is { } refusal ? refusal : reply.Value);

    /// <inheritdoc/>
    public override string ToString()
    {
        var asked = Export is not null ? $"export {Export.Id}" : Command?.ToString() ?? "look";
        var heard = Reply is { } reply ? reply.Refusal?.ToString() ?? $"granted, {reply.Value.Mapping?.ToString() ?? "no mapping"}"
            : Seen is { } seen ? JsonSerializer.Serialize<object?>(seen.Refusal is { } refusal ? refusal : seen.Value)
            : "nothing";
        return $"{Sent} to {(IsAnswered ? Answered : "ever")}: {asked}: {heard}";
    }
}
