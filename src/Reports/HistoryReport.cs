using System.Collections.Immutable;
using DmaGrains.Model.Buffers.History;

namespace DmaGrains.Reports;

/// <summary>A part of a buffer's history.</summary>
/// <param name="Gap">Whether events before the first one are not kept any more.</param>
/// <param name="Next">The id to go on after.</param>
/// <param name="Events">The events, oldest first.</param>
public sealed record HistoryReport(bool Gap, string Next, ImmutableArray<BufferEventReport> Events)
{
    /// <summary>The report of events.</summary>
    public static HistoryReport Of(bool hasGap, BufferEventId next, ImmutableArray<BufferEvent> events) =>
        new(hasGap, next.ToString(), [.. events.Select(BufferEventReport.From)]);
}
