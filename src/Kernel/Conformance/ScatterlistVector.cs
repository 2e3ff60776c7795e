using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Kernel.Conformance;

/// <summary>A <c>scatterlist</c> record: one call of the table builder, or several on one table.</summary>
internal static class ScatterlistVector
{
    /// <summary>The most calls of one record; a real record has up to 4.</summary>
    public const int CallsMax = 64;

    public static Mismatch? Check(VectorField record)
    {
        var calls = ReadCalls(record);
        var expected = ScatterlistExpectation.Read(record.Member("expect"));

        SgTable? table = null;
        for (var index = 0; index < calls.Count; index++)
        {
            var call = calls[index];
            var step = call.ApplyTo(table);
            if (!step.TryGetValue(out table))
            {
                return expected.CompareWith(step.Refusal!.Errno);
            }

            if (call.EntriesAfter is { } entries && entries != table.EntryCount)
            {
                return new($"calls[{index}].nents_after {entries}", $"{table.EntryCount}");
            }
        }

        return expected.CompareWith(table!.Entries);
    }

    private static List<ScatterlistCall> ReadCalls(VectorField record)
    {
        var pagesLeft = ScatterlistCall.PagesMax;
        var fields = record.MemberOrNull("calls") is { } calls ? calls.Items(1, CallsMax) : [record];
        var read = new List<ScatterlistCall>(fields.Length);
        foreach (var field in fields)
        {
            read.Add(ScatterlistCall.Read(field, ref pagesLeft));
        }

        return read;
    }
}
