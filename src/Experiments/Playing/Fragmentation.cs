using System.Collections.Immutable;
using DmaGrains.Model.Memory;

namespace DmaGrains.Experiments.Playing;

/// <summary>Tells whether an allocation fails only because of fragmentation: some region has enough free pages, and would give them if it were empty.</summary>
/// <param name="regions">The regions of a board.</param>
public sealed class Fragmentation(ImmutableArray<MemoryRegionLayout> regions)
{
    private const int KnownMax = 4096;

    // The regions that would satisfy a request when empty, by request without its token.
    private readonly Dictionary<AllocationRequest, ImmutableArray<int>> _known = [];

    /// <summary>Whether a refused request failed only because of fragmentation.</summary>
    public bool IsCauseOf(AllocationRequest request, PhysicalMemory memory)
    {
        var asked = request with { Token = default };
        if (!_known.TryGetValue(asked, out var giving))
        {
            if (_known.Count == KnownMax)
            {
                _known.Clear();
            }

            _known.Add(asked, giving = [.. Enumerable.Range(0, regions.Length).Where(region => GivesWhenEmpty(region, request))]);
        }

        foreach (var region in giving)
        {
            if (memory.FreeOf(region).PageCount >= request.PageCount)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a region would satisfy the request if nothing of it were held, not even by the kernel.</summary>
    private bool GivesWhenEmpty(int index, AllocationRequest request)
    {
        var layout = regions[index] with { ReservedEveryPages = 0, ReservedPages = 0 };
        var names = request.Regions.Names;
        return (names.IsEmpty || names.Contains(layout.Name))
            && PhysicalMemory.Create([layout]).Value.Allocate(names.IsEmpty ? request : request with { Regions = new(layout.Name) }).Reply.IsGranted;
    }
}
