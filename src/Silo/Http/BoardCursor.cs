using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Buffers.History;

namespace DmaGrains.Silo.Http;

/// <summary>
/// How far a board's events were told: the last event of each buffer. It is the id of an event in a board's stream, so that a stream can be
/// resumed without a loss or a repeat, on whichever silo.
/// </summary>
/// <param name="Told">The buffers with the id of the event that was told last, or up to which none has to be told.</param>
internal sealed record BoardCursor(ImmutableSortedDictionary<string, BufferEventId> Told)
{
    /// <summary>The most buffers that a stream follows.</summary>
    public const int BuffersMax = 100;

    // Within one look all that a stream follows may go and as many come: what it tells then has both.
    private const int ToldMax = 2 * BuffersMax;

    private const string Field = "After";

    // An empty id would be none.
    private const string Nothing = "-";

    /// <summary>Nothing was told.</summary>
    public static BoardCursor Empty { get; } = new(ImmutableSortedDictionary.Create<string, BufferEventId>(StringComparer.Ordinal));

    /// <summary>The cursor after one more event.</summary>
    public BoardCursor With(string buffer, BufferEventId told) => new(Told.SetItem(buffer, told));

    /// <summary>The cursor without a buffer that is gone.</summary>
    public BoardCursor Without(string buffer) => new(Told.Remove(buffer));

    /// <summary>Reads <c>buffer=row-place,…</c>, or <c>-</c> when nothing was told.</summary>
    /// <returns>EINVAL naming After.</returns>
    public static DmaResult<BoardCursor> Parse(string text)
    {
        var cursor = Empty;
        foreach (var part in text == Nothing ? [] : Parts(text))
        {
            if (part.Split('=') is not [var buffer, var id] || !ModelName.IsValid(buffer) || !BufferEventId.Parse(id).TryGetValue(out var told))
            {
                return DmaResult.Refuse<BoardCursor>(Refusal.Of(
                    Errno.EINVAL, Field, $"'{HarmlessText.Short(part, ModelName.QuotedMax)}' is not of an id of a board's events: expected one that its stream told, such as frame=57-0."));
            }

            cursor = cursor.With(buffer, told);
        }

        return cursor.Told.Count <= ToldMax
            ? DmaResult.Grant(cursor)
            : DmaResult.Refuse<BoardCursor>(TooMany(cursor.Told.Count));
    }

    /// <summary>The parts between commas, of which names may have some: a part ends at the first one after its <c>=</c>.</summary>
    private static IEnumerable<string> Parts(string text)
    {
        for (var start = 0; start <= text.Length;)
        {
            var middle = text.IndexOf('=', start);
            var end = text.IndexOf(',', Math.Max(start, middle));
            yield return end < 0 ? text[start..] : text[start..end];
            start = end < 0 ? text.Length + 1 : end + 1;
        }
    }

    /// <summary>ENOSPC naming Buffers.</summary>
    public static Refusal TooMany(int count) => new(
        Errno.ENOSPC, null, "Buffers", (ulong)count, BuffersMax, $"A stream follows at most {BuffersMax} buffers of a board: expected the streams of single buffers.");

    /// <inheritdoc/>
    public override string ToString() => Told.IsEmpty ? Nothing : string.Join(',', Told.Select(told => $"{told.Key}={told.Value}"));
}
