using DmaGrains.Reports;
using DmaGrains.Silo;

namespace DmaGrains.Client.Output;

/// <summary>Writes the reply to a command on a live buffer.</summary>
internal static class CommandText
{
    /// <summary>Writes it and gives the exit code.</summary>
    public static int Write(Terminal terminal, bool asJson, CommandReport reply)
    {
        if (asJson)
        {
            terminal.Json(reply);
        }
        else
        {
            var made = reply.Name is null ? string.Empty : $" as {reply.Name}";
            terminal.Line($"{reply.Command} {reply.Buffer}{made}: ", reply.Outcome, reply.Refusal is null, reply.Refusal is { } why
                ? $"  {why.Reason}"
                : $"  {UnionText.Of(reply.Union)}");
            if (reply.Scatterlist is { } list)
            {
                ListText.Write(terminal, list);
            }

            if (reply.Pfns is { } pfns)
            {
                ListText.Write(terminal, pfns);
            }

            if (reply.Wish is { } wish)
            {
                ListText.Write(terminal, wish);
            }
        }

        return reply.Refusal is null ? ExitCode.Good : ExitCode.Refused;
    }
}
