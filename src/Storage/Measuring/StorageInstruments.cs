using System.Diagnostics;
using System.Diagnostics.Metrics;
using DmaGrains.Interfaces;

namespace DmaGrains.Storage.Measuring;

/// <summary>What storage measures, and the meter and the activity source of all of DmaGrains.</summary>
/// <remarks>Nothing is labelled with a name that callers choose: the number of series is bounded (<c>docs/telemetry.md</c>).</remarks>
internal static class StorageInstruments
{
    /// <summary>The label that says which operation it was.</summary>
    public const string Operation = "dmagrains.storage.operation";

    private const string Row = "dmagrains.journal.row";
    private const string Queue = "dmagrains.storage.queue";

    /// <summary>The only meter.</summary>
    public static Meter Meter { get; } = new(DmaGrainsTelemetry.Name);

    /// <summary>The only source of activities.</summary>
    public static ActivitySource Activities { get; } = new(DmaGrainsTelemetry.Name);

    /// <summary>The queues of this process, for their depths.</summary>
    public static Living<WaitingOperations> Queues { get; } = new();

    /// <summary>How long an operation took, as the grain that waited for it sees it.</summary>
    public static Histogram<double> Duration { get; } = Meter.CreateHistogram(
        "dmagrains.storage.operation.duration",
        "s",
        "How long an operation of the storage took.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] });

    private static readonly KeyValuePair<string, object?> _entry = new(Row, "entry");
    private static readonly KeyValuePair<string, object?> _snapshot = new(Row, "snapshot");

    // Counted here and read when somebody looks: an instrument that is told of each would cost a command five times as much.
    private static long _entries;
    private static long _snapshots;
    private static long _entryBytes;
    private static long _snapshotBytes;

    private static readonly Histogram<int> _groupSizes = Meter.CreateHistogram(
        "dmagrains.storage.group.size",
        "{operation}",
        "How many operations the storage carried out together.",
        tags: null,
        new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] });

    static StorageInstruments()
    {
        Meter.CreateObservableUpDownCounter(
            "dmagrains.storage.queue.depth", Depths, "{operation}", "Operations that wait for the storage's writer or reader.");
        Meter.CreateObservableCounter(
            "dmagrains.journal.appends",
            () => Rows(ref _entries, ref _snapshots),
            "{row}",
            "Rows that journals have taken: entries, and snapshots that replace what lies before them.");
        Meter.CreateObservableCounter(
            "dmagrains.journal.written", () => Rows(ref _entryBytes, ref _snapshotBytes), "By", "Bytes of the rows that journals have taken.");
    }

    /// <summary>A journal took a row.</summary>
    /// <param name="isSnapshot">Whether it is a snapshot.</param>
    /// <param name="sizeBytes">Its size.</param>
    public static void Appended(bool isSnapshot, int sizeBytes)
    {
        Interlocked.Increment(ref isSnapshot ? ref _snapshots : ref _entries);
        Interlocked.Add(ref isSnapshot ? ref _snapshotBytes : ref _entryBytes, sizeBytes);
    }

    /// <summary>A writer took a group from its queue.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="size">How many operations.</param>
    public static void Took(string queue, int size) => _groupSizes.Record(size, new KeyValuePair<string, object?>(Queue, queue));

    private static Measurement<long>[] Rows(ref long ofEntries, ref long ofSnapshots) =>
        [new(Volatile.Read(ref ofEntries), _entry), new(Volatile.Read(ref ofSnapshots), _snapshot)];

    private static IEnumerable<Measurement<int>> Depths() => Queues
        .GroupBy(queue => queue.Name)
        .Select(queues => new Measurement<int>(queues.Sum(queue => queue.Count), new KeyValuePair<string, object?>(Queue, queues.Key)));
}
