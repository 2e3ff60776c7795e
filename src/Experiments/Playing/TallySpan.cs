using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace DmaGrains.Experiments.Playing;

/// <summary>The counts of a board in a span of time.</summary>
/// <param name="Counts">By <see cref="Counter"/>, and then by stream and <see cref="StreamCounter"/>.</param>
/// <param name="Refusals">By kind, as far as kinds were known.</param>
/// <param name="Hazards">By kind, as far as kinds were known.</param>
/// <param name="LiveArea">Buffers on the board times nanoseconds.</param>
/// <param name="LiveAtEnd">Buffers on the board at the end.</param>
/// <param name="Regions">How memory was used, in the order of the board.</param>
/// <param name="Contiguous">The use of all contiguous areas together.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-span")]
internal sealed record TallySpan(
    ImmutableArray<ulong> Counts,
    ImmutableArray<ulong> Refusals,
    ImmutableArray<ulong> Hazards,
    UInt128 LiveArea,
    uint LiveAtEnd,
    ImmutableArray<MemorySpan> Regions,
    MemorySpan Contiguous)
{
    private static readonly int _counters = Enum.GetValues<Counter>().Length;
    private static readonly int _ofStream = Enum.GetValues<StreamCounter>().Length;

    /// <summary>How often something happened.</summary>
    public ulong this[Counter counter] => Counts[(int)counter];

    /// <summary>How often something happened to buffers of a stream, by its place in the file.</summary>
    public ulong this[int stream, StreamCounter counter] => Counts[PlaceOf(stream, counter)];

    /// <summary>The index of a stream's counter.</summary>
    public static int PlaceOf(int stream, StreamCounter counter) => _counters + (stream * _ofStream) + (int)counter;

    /// <summary>Joins this span and the next.</summary>
    public TallySpan Then(TallySpan next) => new(
        Sum(Counts, next.Counts),
        Sum(Refusals, next.Refusals),
        Sum(Hazards, next.Hazards),
        LiveArea + next.LiveArea,
        next.LiveAtEnd,
        [.. Regions.Zip(next.Regions, (one, other) => one.Then(other))],
        Contiguous.Then(next.Contiguous));

    /// <summary>Adds counts by kind; the longer list has kinds that were not known before.</summary>
    private static ImmutableArray<ulong> Sum(ImmutableArray<ulong> some, ImmutableArray<ulong> others)
    {
        var sum = new ulong[Math.Max(some.Length, others.Length)];
        some.CopyTo(sum);
        for (var index = 0; index < others.Length; index++)
        {
            sum[index] += others[index];
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(sum);
    }
}
