using System.Collections.Immutable;

namespace DmaGrains.Analysis.Advising;

/// <summary>Sets of devices, in the order in which the devices were given.</summary>
internal static class Subsets
{
    /// <summary>All sets of that many devices.</summary>
    public static IEnumerable<ImmutableArray<string>> OfSize(ImmutableArray<string> devices, int size)
    {
        if (size == 0)
        {
            yield return [];
            yield break;
        }

        for (var first = 0; first <= devices.Length - size; first++)
        {
            foreach (var rest in OfSize(devices[(first + 1)..], size - 1))
            {
                yield return rest.Insert(0, devices[first]);
            }
        }
    }
}
