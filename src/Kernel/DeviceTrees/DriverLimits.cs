using System.Collections.Frozen;

namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>What a driver sets and no tree tells: a row of <c>catalogue/limits.tsv</c>, in the words of board files.</summary>
/// <param name="Driver">The driver, in words.</param>
/// <param name="Values">Keys of board files with their values.</param>
/// <param name="Unknown">What depends on more than the driver; empty when nothing does.</param>
/// <param name="Source">Files and lines of the kernel.</param>
internal sealed record DriverLimits(string Driver, IReadOnlyList<(string Key, string Value)> Values, string Unknown, string Source)
{
    private const int FirstKey = 2;
    private const int AfterKeys = 7;

    private static readonly Lazy<FrozenDictionary<string, DriverLimits>> _all = new(Read);

    /// <summary>The limits of a row; null when there is none.</summary>
    /// <remarks>The only place that asks the catalogue for limits.</remarks>
    public static DriverLimits? Of(string? row) => row is null ? null : _all.Value.GetValueOrDefault(row);

    private static FrozenDictionary<string, DriverLimits> Read()
    {
        using var table = new StreamReader(typeof(DriverLimits).Assembly.GetManifestResourceStream("limits.tsv")!);
        var lines = table.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var keys = lines[0].Split('\t');
        return lines.Skip(1).Select(line => line.Split('\t')).ToFrozenDictionary(row => row[0], row => new DriverLimits(
            row[1],
            [.. Enumerable.Range(FirstKey, AfterKeys - FirstKey).Where(column => row[column].Length != 0).Select(column => (keys[column], row[column]))],
            row[AfterKeys],
            row[AfterKeys + 1]));
    }
}
