using System.Runtime.InteropServices;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Grains.Measuring;

/// <summary>
/// Replies that a buffer has decided and its caller does not have yet: they are counted when what they say is durable. A buffer carries out
/// one request at a time, so there is one of these for each.
/// </summary>
/// <remarks>A mutable struct, so that a command that is alone in its request allocates nothing.</remarks>
internal struct PendingReplies
{
    private (RememberedKind Kind, bool IsRepeat, DmaResult<DmaReply> Reply)? _first;
    private List<(RememberedKind Kind, bool IsRepeat, DmaResult<DmaReply> Reply)>? _others;

    /// <summary>Adds a reply.</summary>
    /// <param name="kind">The command's kind.</param>
    /// <param name="isRepeat">Whether it is the first reply once more.</param>
    /// <param name="reply">The reply.</param>
    public void Add(RememberedKind kind, bool isRepeat, in DmaResult<DmaReply> reply)
    {
        if (_first is null)
        {
            _first = (kind, isRepeat, reply);
        }
        else
        {
            (_others ??= []).Add((kind, isRepeat, reply));
        }
    }

    /// <summary>They are durable.</summary>
    public void Sent() => Take(isDurable: true);

    /// <summary>They are not, or may not be.</summary>
    public void Failed() => Take(isDurable: false);

    private void Take(bool isDurable)
    {
        if (_first is not { } first)
        {
            return;
        }

        Count(first.Kind, first.IsRepeat, first.Reply, isDurable);
        foreach (ref readonly var other in CollectionsMarshal.AsSpan(_others))
        {
            Count(other.Kind, other.IsRepeat, other.Reply, isDurable);
        }

        (_first, _others) = (null, null);
    }

    private static void Count(RememberedKind kind, bool isRepeat, in DmaResult<DmaReply> reply, bool isDurable)
    {
        if (!isDurable)
        {
            BufferInstruments.Failed(kind);
        }
        else if (isRepeat)
        {
            BufferInstruments.Repeated(kind);
        }
        else
        {
            BufferInstruments.Answered(kind, reply);
        }
    }
}
