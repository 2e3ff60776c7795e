using DmaGrains.Client.Output;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Scenarios.Running;
using DmaGrains.Silo;

namespace DmaGrains.Client.Live;

/// <summary>What a command on a live buffer came to.</summary>
/// <param name="Command">Such as <c>attach</c>.</param>
/// <param name="Buffer">BOARD/BUFFER.</param>
/// <param name="Name">The name of the attachment or mapping it made; null when it made none.</param>
/// <param name="Outcome">"ok" or the errno.</param>
/// <param name="Refusal">Why it was refused; null when it was not.</param>
/// <param name="Union">The union after it; null when it was refused.</param>
/// <param name="Scatterlist">The list that a map made.</param>
internal sealed record LiveReply(
    string Command,
    string Buffer,
    string? Name,
    string Outcome,
    RefusalReport? Refusal,
    UnionReport? Union,
    ScatterlistReport? Scatterlist)
{
    /// <summary>The reply of a command.</summary>
    public static LiveReply Of(string command, BoardPath buffer, string? name, DmaResult<DmaReply> result)
    {
        if (!result.TryGetValue(out var reply))
        {
            var refusal = result.Refusal!;
            return new(
                command, buffer.ToString(), null, refusal.Errno.ToString(), RefusalReport.Of(refusal), null, null);
        }

        var list = reply.Mapping is { } mapping ? ScatterlistReport.Of(mapping) : null;
        return new(command, buffer.ToString(), name, StepReport.Ok, null, UnionReport.Of(reply.Constraints), list);
    }

    /// <summary>Writes it and gives the exit code.</summary>
    public int Write(Terminal terminal, bool asJson)
    {
        if (asJson)
        {
            terminal.Json(this);
        }
        else
        {
            var made = Name is null ? string.Empty : $" as {Name}";
            terminal.Line($"{Command} {Buffer}{made}: ", Outcome, Refusal is null, Refusal is { } why
                ? $"  {why.Reason}"
                : $"  {UnionText.Of(Union)}");
            if (Scatterlist is { } list)
            {
                ListText.Write(terminal, list);
            }
        }

        return Refusal is null ? ExitCode.Good : ExitCode.Refused;
    }
}
