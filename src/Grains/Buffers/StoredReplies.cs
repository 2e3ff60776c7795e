using DmaGrains.Model.Buffers;

namespace DmaGrains.Grains.Buffers;

/// <summary>
/// A buffer's last replies with the bytes of each, made when it is first stored: most are stored again with each of the next commands.
/// </summary>
[Immutable]
public sealed class StoredReplies
{
    private readonly byte[]?[] _bytes;

    /// <summary>Replies and their bytes.</summary>
    /// <param name="window">The replies.</param>
    /// <param name="bytes">The bytes of each, where they are known already.</param>
    internal StoredReplies(ReplyWindow window, byte[]?[] bytes) => (Window, _bytes) = (window, bytes);

    /// <summary>No replies.</summary>
    public static StoredReplies Empty { get; } = new(ReplyWindow.Empty, []);

    /// <summary>The replies.</summary>
    public ReplyWindow Window { get; }

    /// <summary>What is known after further commands.</summary>
    /// <param name="next">The replies then; some of the oldest may be gone, and new ones are behind the others.</param>
    public StoredReplies Then(ReplyWindow next)
    {
        var bytes = new byte[]?[next.Replies.Length];
        var old = 0;
        for (var index = 0; index < bytes.Length; index++)
        {
            while (old < _bytes.Length && !ReferenceEquals(Window.Replies[old], next.Replies[index]))
            {
                old++;
            }

            if (old == _bytes.Length)
            {
                break;
            }

            bytes[index] = _bytes[old++];
        }

        return new(next, bytes);
    }

    /// <summary>The bytes of one reply.</summary>
    /// <param name="index">Which, from the oldest.</param>
    /// <param name="encode">Makes them the first time.</param>
    internal byte[] BytesOf(int index, Func<RememberedReply, byte[]> encode) => _bytes[index] ??= encode(Window.Replies[index]);
}
