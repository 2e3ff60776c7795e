using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Model;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Analysis.Drawing;

/// <summary>A picture of a board's physical memory: who holds what, and each buffer's pages in buffer order.</summary>
public static class MemoryPicture
{
    private const double Width = 1040;
    private const double Margin = 20;
    private const double Inner = Width - (2 * Margin);
    private const int Columns = 100;
    private const int CellsMax = 800;
    private const double CellWidth = Inner / Columns;
    private const double CellHeight = 14;
    private const double CellFill = CellHeight - 1;
    private const double StripHeight = 22;
    private const int ExtentsMax = 256;
    private const string Free = "#eeeeee";
    private const string Reserved = "#8c8c8c";

    /// <summary>Draws the picture.</summary>
    /// <param name="title">The title of the picture.</param>
    /// <param name="text">A description, one line.</param>
    /// <param name="memory">The memory to draw.</param>
    /// <returns>An SVG document.</returns>
    public static string Draw(string title, string text, PhysicalMemory memory)
    {
        var picture = new Svg(Width);
        ImmutableArray<Holder> holders =
        [
            .. memory.Allocations
                .OrderBy(held => held.Request.Token.Buffer, NaturalOrder.Of)
                .Select((held, number) => new Holder(held, Paint.Of(number))),
        ];
        picture.Text(Margin, 12, title, isHeading: true);
        picture.Text(Margin, picture.Bottom + 2, text);
        DrawLegend(picture, holders);
        foreach (var (layout, use) in memory.Layouts.Zip(memory.Describe()).OrderBy(region => region.First.Range.FirstPfn))
        {
            DrawRegion(picture, layout, use, holders);
        }

        foreach (var holder in holders)
        {
            DrawBuffer(picture, holder);
        }

        return picture.ToString();
    }

    private static void DrawLegend(Svg picture, ImmutableArray<Holder> holders)
    {
        var left = Margin;
        var top = picture.Bottom + 6;
        foreach (var (name, paint) in holders
            .Select(holder => (holder.Name, holder.Paint))
            .Concat([("free", new(Free, 0)), ("held by the kernel", new(Reserved, 0))]))
        {
            var across = 18 + Lettering.WidthOf(name);
            if (left > Margin && left + across > Width - Margin)
            {
                (left, top) = (Margin, top + 18);
            }

            picture.Box(left, top + 2, 12, 12, paint, "#666");
            picture.Text(left + 18, top, name, across: across);
            left += across + 16;
        }
    }

    private static void DrawRegion(Svg picture, MemoryRegionLayout layout, RegionUse use, ImmutableArray<Holder> holders)
    {
        var cells = (int)Math.Min(CellsMax, layout.Range.PageCount);
        var perCell = (layout.Range.PageCount + (ulong)cells - 1) / (ulong)cells;
        cells = (int)((layout.Range.PageCount + perCell - 1) / perCell);
        picture.Text(Margin, picture.Bottom + 10, string.Create(
            CultureInfo.InvariantCulture,
            $"{layout.Name}, {Vocabulary.MemoryKinds.WordFor(layout.Kind)}, {Address(layout.Range.Address)}: {Sizes.Format(use.SizeBytes)}, {Sizes.Format(use.HeldBytes)} held by buffers, {Sizes.Format(use.FreeBytes)} free in {Runs(use.FreeRunCount)}, the largest {Sizes.Format(use.LargestFreeBytes)}; a cell is {Sizes.Format(perCell << Page.Shift)}"));
        var top = picture.Bottom;
        var unreserved = Cells(layout.Range, perCell, cells, layout.FreeRuns());
        var taken = holders
            .Select(holder => (holder.Name, holder.Paint, Pages: Cells(layout.Range, perCell, cells, holder.Held.Storage.Extents)))
            .Where(holder => holder.Pages.Any(pages => pages != 0))
            .ToImmutableArray();
        for (var cell = 0; cell < cells;)
        {
            // Adjacent cells that would look the same become one box.
            var parts = PartsOf(cell);
            var next = cell + 1;
            while (next < cells && next % Columns != 0 && SaysTheSame(parts, PartsOf(next)))
            {
                next++;
            }

            var (first, end) = (FirstOf(cell), FirstOf(next));
            var tip = $"{Address(new(first << Page.Shift))}, {Sizes.Format((end - first) << Page.Shift)}: " + (parts.IsEmpty
                ? "free"
                : string.Join(", ", parts.Select(part => string.Create(
                    CultureInfo.InvariantCulture, $"{part.Name} has {part.Pages} of {perCell} pages{(next > cell + 1 ? " or so, of each cell" : string.Empty)}"))));
            var (left, bottom) = (Margin + (cell % Columns * CellWidth), top + ((cell / Columns) + 1) * CellHeight - 1);
            var across = ((next - cell) * CellWidth) - 1;
            picture.Box(left, bottom - CellFill, across, CellFill, Free, tip: tip);
            foreach (var (_, paint, pages) in parts)
            {
                var share = ShareOf(pages);
                bottom -= share;
                picture.Box(left, bottom, across, share, paint, tip: tip);
            }

            cell = next;
        }

        ulong FirstOf(int cell) => Math.Min(layout.Range.FirstPfn + ((ulong)cell * perCell), layout.Range.EndPfn);

        ImmutableArray<(string Name, Paint Paint, ulong Pages)> PartsOf(int cell) =>
        [
            .. taken
                .Select(holder => (holder.Name, holder.Paint, Pages: holder.Pages[cell]))
                .Prepend(("the kernel", new(Reserved, 0), FirstOf(cell + 1) - FirstOf(cell) - unreserved[cell]))
                .Where(part => part.Item3 != 0),
        ];

        // Every holder of a cell is at least one pixel high.
        double ShareOf(ulong pages) => Math.Max(1, Math.Round(CellFill * pages / perCell));

        bool SaysTheSame(
            ImmutableArray<(string Name, Paint Paint, ulong Pages)> parts, ImmutableArray<(string Name, Paint Paint, ulong Pages)> others) =>
            parts.Length == others.Length
            && parts.Zip(others).All(pair => pair.First.Name == pair.Second.Name && ShareOf(pair.First.Pages) == ShareOf(pair.Second.Pages));
    }

    /// <summary>The number of pages in each cell that some runs cover.</summary>
    private static ulong[] Cells(PageExtent range, ulong perCell, int cells, IEnumerable<PageExtent> runs)
    {
        var covered = new ulong[cells];
        foreach (var run in runs)
        {
            for (var first = Math.Max(run.FirstPfn, range.FirstPfn); first < Math.Min(run.EndPfn, range.EndPfn);)
            {
                var cell = (first - range.FirstPfn) / perCell;
                var end = Math.Min(Math.Min(run.EndPfn, range.EndPfn), range.FirstPfn + ((cell + 1) * perCell));
                covered[cell] += end - first;
                first = end;
            }
        }

        return covered;
    }

    private static void DrawBuffer(Svg picture, Holder holder)
    {
        var held = holder.Held;
        var extents = held.Storage.Extents;
        var shown = extents.Take(ExtentsMax).ToImmutableArray();
        var pages = shown.Aggregate(0UL, (sum, extent) => sum + extent.PageCount);
        var more = extents.Length > shown.Length ? $", the first {shown.Length} shown" : string.Empty;
        picture.Text(Margin, picture.Bottom + 10, string.Create(
            CultureInfo.InvariantCulture,
            $"{held.Request.Token.Buffer}: {Sizes.Format(held.Request.SizeBytes)} in {Runs(extents.Length)} of pages{more}, from {string.Join(", ", held.Storage.Regions.Order(NaturalOrder.Of))}"));
        var (left, top) = (Margin, picture.Bottom);
        for (var index = 0; index < shown.Length; index++)
        {
            var across = Inner * shown[index].PageCount / pages;
            var text = $"{Address(shown[index].Address)} +{Sizes.Format(shown[index].SizeBytes)}";
            picture.Box(left, top, across, StripHeight, holder.Paint, "white", text);
            if (across > Lettering.WidthOf(text) + 14)
            {
                // The letters have a white background, because marks would obscure them and some colours are too dark.
                picture.Box(left + 4, top + 3, Lettering.WidthOf(text) + 6, StripHeight - 6, "white", tip: text);
                picture.Text(left + 7, top + 3, text, fill: "#000", across: across);
            }

            left += across;
        }
    }

    private static string Runs(long count) => string.Create(CultureInfo.InvariantCulture, $"{count:n0} {(count == 1 ? "run" : "runs")}");

    private static string Address(PhysicalAddress address) => string.Create(CultureInfo.InvariantCulture, $"0x{address.Value:x}");

    /// <summary>A holder of memory, and how it is painted.</summary>
    private sealed record Holder(Allocation Held, Paint Paint)
    {
        public string Name => Held.Request.Token.Buffer;
    }
}
