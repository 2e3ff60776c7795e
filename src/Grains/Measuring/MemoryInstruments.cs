using System.Diagnostics.Metrics;
using DmaGrains.Model;
using DmaGrains.Model.Memory;
using DmaGrains.Storage.Measuring;

namespace DmaGrains.Grains.Measuring;

/// <summary>What the memories of boards measure.</summary>
internal static class MemoryInstruments
{
    private static readonly Counter<long> _allocations = StorageInstruments.Meter.CreateCounter<long>(
        "dmagrains.memory.allocations", "{allocation}", "Requests for pages that memories of boards answered, by outcome.");

    private static readonly Counter<long> _fragmented = StorageInstruments.Meter.CreateCounter<long>(
        "dmagrains.memory.fragmentation_failures",
        "{allocation}",
        "Requests for pages that were refused by fragmentation alone: enough was free, and an empty region would have served.");

    private static readonly Histogram<int> _groupSizes = StorageInstruments.Meter.CreateHistogram(
        "dmagrains.grain.group.size",
        "{change}",
        "How many changes of a board's memory, of its MMUs or of names shared a write.",
        tags: null,
        new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32] });

    static MemoryInstruments()
    {
        StorageInstruments.Meter.CreateObservableUpDownCounter(
            "dmagrains.memory.region.free", () => Each(use => use.Free), "By", "Free bytes of a region.");
        StorageInstruments.Meter.CreateObservableUpDownCounter(
            "dmagrains.memory.region.held", () => Each(use => use.Held), "By", "Bytes of a region that buffers hold.");
        StorageInstruments.Meter.CreateObservableGauge(
            "dmagrains.memory.region.largest_free", () => Each(use => use.LargestFree), "By", "Bytes of a region's longest free run.");
        StorageInstruments.Meter.CreateObservableGauge(
            "dmagrains.memory.region.high_water", () => Each(use => use.HighWater), "By", "The most bytes of a region that buffers held since its memory became active.");
    }

    /// <summary>The memories that are active in this process.</summary>
    public static Living<MeasuredMemory> Memories { get; } = new();

    /// <summary>Whether anybody wants to know why requests are refused.</summary>
    public static bool CountsFragmentation => _fragmented.Enabled;

    /// <summary>A memory answered a request for pages.</summary>
    public static void Answered(in DmaResult<BackingStorage> reply) =>
        _allocations.Add(1, new KeyValuePair<string, object?>("dmagrains.allocation.outcome", reply.Refusal is { } refusal ? refusal.Errno.ToString() : "granted"));

    /// <summary>A request was refused by fragmentation alone.</summary>
    public static void Fragmented() => _fragmented.Add(1);

    /// <summary>A write took a group of changes.</summary>
    public static void Took(Activations grain, int size) => _groupSizes.Record(size, grain.Label);

    private static IEnumerable<Measurement<long>> Each(Func<RegionSum, ulong> value) =>
        RegionSum.Of(Memories).Select(sum => new Measurement<long>((long)Math.Min(value(sum), long.MaxValue), sum.Labels));
}
