using System.Globalization;
using Orleans;

namespace DmaGrains.Model.Buffers.History;

/// <summary>Identifies an event of a buffer. Ids grow, and are the same after a restart.</summary>
/// <param name="Sequence">The row of the buffer's journal that tells the event, from 1; 0 comes before every event.</param>
/// <param name="Place">Its place among the events of that row, from 0.</param>
[GenerateSerializer, Immutable, Alias("dma.buffer-event-id")]
public readonly record struct BufferEventId(long Sequence, int Place)
{
    /// <summary>Null when an event can have this id, or it is the default, which comes before all events.</summary>
    /// <param name="last">The last row of the buffer's journal.</param>
    /// <returns>EINVAL naming After.</returns>
    public Refusal? CheckUpTo(long last) =>
        Sequence < 0 || Place < 0 ? Refusal.Of(Errno.EINVAL, "After", $"The event id {this} is negative: expected {Expected}.")
        : Sequence > last ? new(
            Errno.EINVAL, null, "After", (ulong)Sequence, (ulong)last,
            $"The event id {this} is not of this buffer, whose events end in row {last}: expected an id that its history told.")
        : null;

    /// <summary>Whether this event happened after another one.</summary>
    public bool IsAfter(BufferEventId other) => (Sequence, Place).CompareTo((other.Sequence, other.Place)) > 0;

    /// <summary>Reads <c>row-place</c>.</summary>
    /// <returns>EINVAL naming After.</returns>
    public static DmaResult<BufferEventId> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash >= 0
            && long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            && int.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var place)
                ? DmaResult.Grant(new BufferEventId(sequence, place))
                : DmaResult.Refuse<BufferEventId>(Refusal.Of(Errno.EINVAL, "After", $"{Quoted(text)} is not an event id: expected {Expected}."));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Sequence}-{Place}");

    private const string Expected = "ROW-PLACE, such as 57-0";

    private static string Quoted(string text) => $"'{HarmlessText.Short(text, 80)}'";
}
