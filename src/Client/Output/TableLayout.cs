namespace DmaGrains.Client.Output;

/// <summary>
/// How a table is laid out on a terminal so that no word or number of it is cut or left out: as one table with its cells wrapped
/// between words; as several one below the other that repeat the first column; or, on a very narrow one, as a record for each row.
/// </summary>
/// <param name="Blocks">The tables; empty when each row is a record.</param>
internal sealed record TableLayout(IReadOnlyList<IReadOnlyList<TableLayout.Column>> Blocks)
{
    /// <summary>Columns of text are not made narrower than this if there is an alternative.</summary>
    private const int Readable = 20;

    // A rule and a space before each cell, a space after it, and a rule at the end.
    private const int CellOverhead = 3;
    private const int EdgeOverhead = 1;

    /// <summary>The layout of a table.</summary>
    /// <param name="headings">One for each column.</param>
    /// <param name="rows">Each with as many cells.</param>
    /// <param name="columns">How wide the terminal is.</param>
    public static TableLayout Of(string[] headings, IReadOnlyList<string[]> rows, int columns)
    {
        var needs = headings.Select((heading, index) => Need.Of(index, heading, rows.Select(row => row[index]))).ToArray();
        return BlocksOf(needs, need => need.Readable, columns) ?? BlocksOf(needs, need => need.Least, columns) ?? new([]);
    }

    private static TableLayout? BlocksOf(Need[] needs, Func<Need, int> least, int columns)
    {
        var first = needs[0];
        var blocks = new List<List<Need>> { new() { first } };
        if (WidthOf(blocks[0], least) > columns)
        {
            return null;
        }

        foreach (var need in needs.Skip(1))
        {
            if (WidthOf([.. blocks[^1], need], least) > columns)
            {
                blocks.Add([first]);
            }

            blocks[^1].Add(need);
            if (WidthOf(blocks[^1], least) > columns)
            {
                return null;
            }
        }

        return new([.. blocks.Where(block => block.Count > 1 || needs.Length == 1).Select(block => Widened(block, least, columns))]);
    }

    private static int WidthOf(IReadOnlyList<Need> block, Func<Need, int> least) =>
        block.Sum(need => least(need) + CellOverhead) + EdgeOverhead;

    /// <summary>The rest of the line goes to the columns that can use it.</summary>
    private static IReadOnlyList<Column> Widened(List<Need> block, Func<Need, int> least, int columns)
    {
        var widths = block.Select(least).ToArray();
        for (var left = columns - WidthOf(block, least); left > 0; left--)
        {
            var squeezed = Enumerable.Range(0, widths.Length)
                .Where(index => widths[index] < block[index].Most)
                .OrderByDescending(index => (double)block[index].Most / widths[index])
                .Cast<int?>()
                .FirstOrDefault();
            if (squeezed is not { } index)
            {
                break;
            }

            widths[index]++;
        }

        return [.. block.Select((need, index) => new Column(need.Index, widths[index]))];
    }

    /// <summary>A column of a table.</summary>
    /// <param name="Index">The index of its cells in a row.</param>
    /// <param name="Width">Its width in characters.</param>
    internal readonly record struct Column(int Index, int Width);

    private readonly record struct Need(int Index, int Least, int Readable, int Most)
    {
        public static Need Of(int index, string heading, IEnumerable<string> cells)
        {
            var texts = cells.ToList();
            var words = texts.Append(heading).Max(WrappedLine.WidestWordOf);
            var longest = texts.Select(WrappedLine.WidthOf).DefaultIfEmpty(0).Max();
            var readable = Math.Max(words, Math.Min(longest, TableLayout.Readable));
            return new(index, words, readable, Math.Max(longest, WrappedLine.WidthOf(heading)));
        }
    }
}
