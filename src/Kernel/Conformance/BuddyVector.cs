using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Kernel.Conformance;

/// <summary>A <c>buddy</c> record: one zone of the page allocator from boot on.</summary>
internal static class BuddyVector
{
    private const int OrderMax = 10;

    /// <summary>The most pages of a record (4 GiB); a real record has a few thousand.</summary>
    private const ulong PagesMax = 1 << 20;

    public static Mismatch? Check(VectorField record)
    {
        var free = BuddyLists.AfterBoot(ReadRanges(record.Member("free").Items(0, SequenceOps.LengthMax)), OrderMax);
        return SequenceOps.Run<(ulong FirstPfn, int Order)>(
            record,
            "free",
            op =>
            {
                var parts = op.Items(2, 2);
                if (parts[0].Text() != "alloc")
                {
                    throw parts[0].Unexpected("alloc or free");
                }

                var order = (int)parts[1].Number32(OrderMax);
                (free, var first) = free.Take(order);
                return first is { } got ? ((got, order), $"{got}") : (null, "\"ENOMEM\"");
            },
            block => free = free.Give(block.FirstPfn, block.Order));
    }

    private static List<PageExtent> ReadRanges(VectorField[] fields)
    {
        var ranges = new List<PageExtent>(fields.Length);
        var (behind, left) = (0UL, PagesMax);
        foreach (var field in fields)
        {
            var pair = field.Items(2, 2);
            var first = pair[0].Number(ranges.Count == 0 ? 0 : behind + 1, MemoryRegionLayout.EndPfnMax - 1);
            var pages = pair[1].Number(1, Math.Min(left, MemoryRegionLayout.EndPfnMax - first));
            ranges.Add(new(first, pages));
            (behind, left) = (first + pages, left - pages);
        }

        return ranges;
    }
}
