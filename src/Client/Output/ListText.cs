using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Output;

/// <summary>Writes the result of a map or of raw access for people: the first lines of each list.</summary>
internal static class ListText
{
    private const int Shown = 8;

    /// <summary>A scatterlist: its segments when it is mapped, else its entries.</summary>
    public static void Write(Terminal terminal, ScatterlistReport list)
    {
        var entries = Counted.Of((ulong)list.EntryCount, "entry", "entries");
        var from = $"{Counted.Of(list.SizeBytes, "byte")} from {string.Join(", ", list.Regions)}";
        if (list.Segments.IsEmpty)
        {
            terminal.Line($"      {entries}, unmapped, {from}:");
            WriteFirst(terminal, list.Entries, entry => $"0x{entry.Address:x12}  offset {entry.Offset}  length {entry.Length}");
            return;
        }

        terminal.Line($"      {entries} mapped to {Counted.Of((ulong)list.MappedEntryCount, "segment")}, {from}:");
        WriteFirst(terminal, list.Segments, segment => $"0x{segment.Address:x12}  length {segment.Length}");
        if (list.AddressesOf is { } owner)
        {
            terminal.Line($"      DMA addresses of {owner}");
        }

        foreach (var stage in list.Stages)
        {
            var own = stage.Space is { } space ? $", {space}'s own" : string.Empty;
            terminal.Line($"      {stage.Iommu}: 0x{stage.First:x} to 0x{stage.Last:x} of context {stage.Context}{own}");
        }

        if (!list.Bounces.IsEmpty)
        {
            terminal.Line($"      bounced: {Counted.Of((ulong)list.Bounces.Length, "piece")}, {Counted.Of(list.BytesBounced, "byte")}");
        }
    }

    /// <summary>Page frame numbers, by runs.</summary>
    public static void Write(Terminal terminal, PfnsReport pfns)
    {
        terminal.Line(
            $"      {Counted.Of(pfns.PfnCount, "page frame number")} from {string.Join(", ", pfns.Regions)}, the last page holds {Counted.Of(pfns.LastPageBytes, "byte")}:");
        WriteFirst(terminal, pfns.Runs, run => run.Count == 1 ? $"0x{run.First:x}" : $"0x{run.First:x} to 0x{run.First + run.Count - 1:x}");
    }

    /// <summary>Segments that are shorter than the device prefers.</summary>
    public static void Write(Terminal terminal, WishReport wish) => terminal.Line(
        $"      {wish.Device} prefers segments of {Sizes.Format(wish.PreferredSegmentSize)} or more: {wish.ShorterCount} of {wish.SegmentCount} are shorter");

    /// <summary>The cache maintenance that was done or saved; empty when there was none.</summary>
    public static void Write(Terminal terminal, BufferCosts costs)
    {
        string[] work =
        [
            .. costs.CacheCleans == 0 ? [] : (string[])[Counted.Of(costs.CacheCleans, "clean")],
            .. costs.CacheInvalidates == 0 ? [] : (string[])[Counted.Of(costs.CacheInvalidates, "invalidate")],
            .. costs.CacheWorkSaved == 0 ? [] : (string[])[Counted.Of(costs.CacheWorkSaved, "sync saved", "syncs saved")],
        ];
        if (work.Length != 0)
        {
            terminal.Line($"      caches: {string.Join(", ", work)}");
        }
    }

    private static void WriteFirst<T>(Terminal terminal, IReadOnlyCollection<T> items, Func<T, string> text)
    {
        foreach (var item in items.Take(Shown))
        {
            terminal.Line($"        {text(item)}");
        }

        if (items.Count > Shown)
        {
            terminal.Line($"        … {items.Count - Shown} more (--json shows all)");
        }
    }
}
