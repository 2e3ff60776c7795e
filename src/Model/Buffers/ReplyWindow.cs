using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>The last granted replies of a buffer, so that a command sent again gets the first reply and changes nothing.</summary>
/// <param name="Replies">Oldest first.</param>
[GenerateSerializer, Immutable, Alias("dma.reply-window")]
public readonly record struct ReplyWindow(ImmutableArray<RememberedReply> Replies)
{
    /// <summary>How many replies are remembered: a repeat must come before that many other commands.</summary>
    public const int Capacity = 32;

    /// <summary>Nothing remembered.</summary>
    public static ReplyWindow Empty { get; } = new([]);

    /// <summary>The reply that this command got, or null when it is not remembered.</summary>
    public DmaReply? Find(DmaCommand command)
    {
        for (var index = Replies.Length - 1; index >= 0; index--)
        {
            if (Replies[index].IsOf(command))
            {
                return Replies[index].Reply;
            }
        }

        return null;
    }

    /// <summary>With one more reply; the oldest goes when there are too many.</summary>
    public ReplyWindow Remember(DmaCommand command, DmaReply reply)
    {
        var kept = Replies.AsSpan()[Math.Max(0, Replies.Length + 1 - Capacity)..];
        return new([.. kept, RememberedReply.Of(command, reply)]);
    }
}
