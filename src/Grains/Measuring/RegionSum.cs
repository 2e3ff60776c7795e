using DmaGrains.Model.Memory;
using DmaGrains.Reports;

namespace DmaGrains.Grains.Measuring;

/// <summary>How full a region is, or several regions that are not told apart; all in bytes.</summary>
/// <param name="Board">The region's board.</param>
/// <param name="Region">Its name.</param>
/// <param name="Kind">What kind of memory it is.</param>
/// <param name="Free">Free.</param>
/// <param name="LargestFree">The longest free run.</param>
/// <param name="Held">Held by buffers.</param>
/// <param name="HighWater">The most that buffers held.</param>
internal sealed record RegionSum(string Board, string Region, MemoryKind Kind, ulong Free, ulong LargestFree, ulong Held, ulong HighWater)
{
    /// <summary>The most regions that are told apart, so that the number of series is bounded whatever boards there are.</summary>
    public const int NamedMax = 512;

    /// <summary>Stands for the boards, and the regions, that are summed. No board or region has that name.</summary>
    public const string Others = "(others)";

    /// <summary>Its labels.</summary>
    public KeyValuePair<string, object?>[] Labels =>
    [
        new("dmagrains.board", Board),
        new("dmagrains.memory.region", Region),
        new("dmagrains.memory.kind", Vocabulary.MemoryKinds.WordFor(Kind)),
    ];

    /// <summary>
    /// The regions of memories: each, up to <see cref="NamedMax"/>, of the memories that became active first; further ones are summed by kind.
    /// </summary>
    public static IEnumerable<RegionSum> Of(IEnumerable<MeasuredMemory> memories)
    {
        var named = 0;
        var others = new SortedDictionary<MemoryKind, RegionSum>();
        foreach (var memory in memories.OrderBy(memory => memory.Number))
        {
            foreach (var (region, highWater) in memory.Regions())
            {
                var sum = new RegionSum(memory.Board, region.Name, region.Kind, region.FreeBytes, region.LargestFreeBytes, region.HeldBytes, highWater);
                if (named < NamedMax)
                {
                    named++;
                    yield return sum;
                }
                else
                {
                    others[region.Kind] = others.TryGetValue(region.Kind, out var before) ? before.With(sum) : sum with { Board = Others, Region = Others };
                }
            }
        }

        foreach (var sum in others.Values)
        {
            yield return sum;
        }
    }

    private RegionSum With(RegionSum other) => this with
    {
        Free = Free + other.Free,
        LargestFree = Math.Max(LargestFree, other.LargestFree),
        Held = Held + other.Held,
        HighWater = HighWater + other.HighWater,
    };
}
