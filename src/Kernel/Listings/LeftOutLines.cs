using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Listings;

/// <summary>Consecutive lines of a text that are outside its listing.</summary>
/// <param name="First">The first line, from 1.</param>
/// <param name="Last">The last line.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Text">The first of them, shortened.</param>
public sealed record LeftOutLines(int First, int Last, int Count, string Text)
{
    /// <summary>Groups lines that follow each other.</summary>
    internal static ImmutableArray<LeftOutLines> Of(IEnumerable<(int Line, string Text)> lines)
    {
        var together = new List<LeftOutLines>();
        foreach (var (line, text) in lines.OrderBy(line => line.Line))
        {
            if (together.Count > 0 && together[^1].Last + 1 == line)
            {
                together[^1] = together[^1] with { Last = line, Count = together[^1].Count + 1 };
            }
            else
            {
                together.Add(new(line, line, 1, HarmlessText.Short(text, Quoted.LengthMax)));
            }
        }

        return [.. together];
    }
}
