using System.Globalization;
using DmaGrains.Model.Memory;

namespace DmaGrains.Client.Output;

/// <summary>A board's memory as a table.</summary>
internal static class RegionTable
{
    private static readonly string[] _headings =
        ["region", "kind", "start", "size", "reserved", "held", "free", "largest free", "free runs"];

    /// <summary>One row for each region; all figures but the last are in bytes.</summary>
    public static void Write(Terminal terminal, IEnumerable<RegionUse> regions) => terminal.Table(
        _headings,
        regions.Select(region => (string[])
        [
            region.Name,
            region.Kind.ToString().ToLowerInvariant(),
            $"0x{region.FirstAddress:x}",
            Text(region.SizeBytes),
            Text(region.ReservedBytes),
            Text(region.HeldBytes),
            Text(region.FreeBytes),
            Text(region.LargestFreeBytes),
            region.FreeRunCount.ToString(CultureInfo.InvariantCulture),
        ]));

    private static string Text(ulong bytes) => bytes.ToString(CultureInfo.InvariantCulture);
}
