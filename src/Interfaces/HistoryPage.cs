using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Buffers.History;

namespace DmaGrains.Interfaces;

/// <summary>A part of a buffer's history.</summary>
/// <param name="Events">The events, oldest first; empty when nothing has happened since.</param>
/// <param name="HasGap">Whether events between the asked id and the first one are not kept any more.</param>
/// <param name="Next">The id to ask with next.</param>
[GenerateSerializer, Immutable, Alias("dma.history-page")]
public readonly record struct HistoryPage(ImmutableArray<BufferEvent> Events, bool HasGap, BufferEventId Next)
{
    /// <summary>The longest wait for an event: well below the time that a caller waits for a reply.</summary>
    public static TimeSpan WaitMax { get; } = TimeSpan.FromSeconds(2);

    /// <summary>Null when a caller may wait that long.</summary>
    /// <returns>EINVAL naming Wait.</returns>
    public static Refusal? CheckWait(TimeSpan wait) => wait >= TimeSpan.Zero && wait <= WaitMax
        ? null
        : Refusal.Of(Errno.EINVAL, "Wait", $"A wait of {wait}: expected 0 to {WaitMax}.");
}
