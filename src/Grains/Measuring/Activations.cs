using System.Diagnostics.Metrics;
using DmaGrains.Storage.Measuring;

namespace DmaGrains.Grains.Measuring;

/// <summary>How many grains of a kind are active in this process.</summary>
internal sealed class Activations
{
    /// <summary>The label that says which kind of grain it is.</summary>
    public const string Grain = "dmagrains.grain";

    private int _count;

    private Activations(string grain) => Label = new(Grain, grain);

    static Activations() => StorageInstruments.Meter.CreateObservableUpDownCounter(
        "dmagrains.grain.activations",
        () => new[] { Buffers, Memories, Translations, Names }.Select(each => new Measurement<int>(Volatile.Read(ref each._count), each.Label)),
        "{activation}",
        "Grains that are active.");

    /// <summary>Buffers.</summary>
    public static Activations Buffers { get; } = new("buffer");

    /// <summary>Memories of boards.</summary>
    public static Activations Memories { get; } = new("memory");

    /// <summary>MMUs and bounce pools of boards.</summary>
    public static Activations Translations { get; } = new("translation");

    /// <summary>Buckets of the names of boards and buffers.</summary>
    public static Activations Names { get; } = new("names");

    /// <summary>The kind, as a label.</summary>
    public KeyValuePair<string, object?> Label { get; }

    /// <summary>One was activated.</summary>
    public void Began() => Interlocked.Increment(ref _count);

    /// <summary>One that was activated is gone.</summary>
    public void Ended() => Interlocked.Decrement(ref _count);
}
