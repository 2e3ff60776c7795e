using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Reports;

/// <summary>The reply to a command on a live buffer.</summary>
/// <param name="Command">Such as <c>attach</c>.</param>
/// <param name="Buffer">BOARD/BUFFER.</param>
/// <param name="Name">The name of the attachment or mapping that it created; null when it created none.</param>
/// <param name="Outcome">"ok" or the errno.</param>
/// <param name="Refusal">Why it was refused; null when it was not.</param>
/// <param name="Union">The union after it; null when it was refused.</param>
/// <param name="Scatterlist">The list that a map, a test map or a get of the scatterlist returned.</param>
/// <param name="Pfns">The page frame numbers that a get of them returned.</param>
/// <param name="Wish">What the device would have preferred; null when nothing.</param>
public sealed record CommandReport(
    string Command,
    string Buffer,
    string? Name,
    string Outcome,
    RefusalReport? Refusal,
    UnionReport? Union,
    ScatterlistReport? Scatterlist,
    PfnsReport? Pfns,
    WishReport? Wish)
{
    /// <summary>The reply of a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="buffer">The buffer, as BOARD/BUFFER.</param>
    /// <param name="name">The name of what it created, if granted.</param>
    /// <param name="result">The reply.</param>
    /// <param name="described">The buffer afterwards; null when it was not read.</param>
    public static CommandReport Of(string command, string buffer, string? name, DmaResult<DmaReply> result, DmaBuffer? described)
    {
        if (!result.TryGetValue(out var reply))
        {
            var refusal = result.Refusal!;
            return new(command, buffer, null, refusal.Errno.ToString(), RefusalReport.Of(refusal), null, null, null, null);
        }

        var mapping = reply.Mapping;
        return new(
            command,
            buffer,
            name,
            Vocabulary.Ok,
            null,
            UnionReport.Of(reply.Constraints),
            mapping is null ? null : ScatterlistReport.Of(mapping),
            mapping is null ? null : PfnsReport.Of(mapping),
            mapping is null || described is null ? null : WishReport.Of(described, mapping));
    }
}
