using DmaGrains.Model;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Client.Output;

/// <summary>A scatterlist for people: the first entries.</summary>
internal static class ListText
{
    private const int EntriesShown = 8;

    /// <summary>A line for the list and one for each of the first entries.</summary>
    public static void Write(Terminal terminal, ScatterlistReport list)
    {
        terminal.Line(
            $"      {list.MappedEntryCount} of {Counted.Of((ulong)list.EntryCount, "entry", "entries")} mapped, {Counted.Of(list.SizeBytes, "byte")} from {string.Join(", ", list.Regions)}:");
        foreach (var entry in list.Entries.Take(EntriesShown))
        {
            terminal.Line($"        0x{entry.Address:x12}  offset {entry.Offset}  length {entry.Length}");
        }

        if (list.EntryCount > EntriesShown)
        {
            terminal.Line($"        … {list.EntryCount - EntriesShown} more (--json shows all)");
        }
    }
}
