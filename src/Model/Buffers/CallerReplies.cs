using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>A buffer's replies to a caller's last request.</summary>
/// <param name="Caller">The <see cref="CommandId.Caller"/>.</param>
/// <param name="Replies">At least one, in ascending order of their numbers.</param>
[GenerateSerializer, Immutable, Alias("dma.caller-replies")]
public sealed record CallerReplies(string Caller, ImmutableArray<RememberedReply> Replies)
{
    /// <summary>The last number that was answered.</summary>
    public long Last => Replies[^1].Number;

    /// <summary>The reply to the command of that number; null when it is not remembered.</summary>
    public RememberedReply? Find(long number)
    {
        var (low, high) = (0, Replies.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (Replies[middle].Number == number)
            {
                return Replies[middle];
            }

            (low, high) = Replies[middle].Number < number ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    /// <summary>Adds a reply and forgets those to earlier requests.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="first">The number of the request's first command.</param>
    /// <remarks>The only place where a caller's earlier requests are forgotten; for whole callers see <see cref="ReplyTable"/>.</remarks>
    internal CallerReplies Then(RememberedReply reply, long first)
    {
        var before = 0;
        while (before < Replies.Length && (Replies[before].Number < first || Replies.Length - before == ReplyTable.RequestMax))
        {
            before++;
        }

        return this with { Replies = [.. Replies.AsSpan()[before..], reply] };
    }
}
