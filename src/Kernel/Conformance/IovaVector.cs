using DmaGrains.Model;
using DmaGrains.Model.Translation;

namespace DmaGrains.Kernel.Conformance;

/// <summary>An <c>iova</c> record: one address space from its first moment.</summary>
internal static class IovaVector
{
    public static Mismatch? Check(VectorField record)
    {
        var granule = IommuVector.ReadGranule(record.Member("granule"));
        var space = Space(record, granule) with { Reserved = [.. record.Member("reserved").Items(0, IovaSpaceLayout.ReservedMax).Select(field => ReadWindow(field, granule))] };
        var devices = record.Member("devices").Items(1, SequenceOps.DevicesMax).Select(field => field.Items(2, 2)).Select(pair => (IsPci: pair[0].Flag(), Mask: pair[1].Number())).ToArray();
        var iovas = Create(record, space);
        return SequenceOps.Run<Iova>(
            record,
            "free",
            op =>
            {
                var parts = ReadOp(op, "alloc");
                var device = (int)parts[1].Number32((uint)devices.Length - 1);
                var (next, reply) = iovas.Allocate(checked(parts[2].Number(1, ulong.MaxValue / granule) * granule), devices[device].Mask, devices[device].IsPci ? $"{device}" : null);
                iovas = next;
                return reply.TryGetValue(out var range) ? (range.First, $"{range.First.Value / granule}") : (null, $"\"{nameof(Errno.ENOMEM)}\"");
            },
            first => iovas = iovas.Free(first).Value);
    }

    /// <summary>The address space of a record, without reserved windows.</summary>
    public static IovaSpaceLayout Space(VectorField record, uint granule) => new(
        new(checked(record.Member("start_pfn").Number(0, ulong.MaxValue / granule) * granule)), new(ulong.MaxValue), granule)
    {
        Caches = record.Member("rcache").Flag(),
    };

    /// <summary>The address space before the first operation.</summary>
    public static IovaSpace Create(VectorField record, IovaSpaceLayout layout)
    {
        var created = IovaSpace.Create(layout);
        return created.TryGetValue(out var space) ? space : throw record.Fault(created.Refusal!.Reason.TrimEnd('.'), "an address space");
    }

    /// <summary>The parts of an operation with two arguments.</summary>
    public static VectorField[] ReadOp(VectorField op, string word)
    {
        var parts = op.Items(3, 3);
        return parts[0].Text() == word ? parts : throw parts[0].Unexpected($"{word}, free or unmap");
    }

    private static IovaRange ReadWindow(VectorField field, uint granule)
    {
        var pair = field.Items(2, 2);
        var first = pair[0].Number(0, (ulong.MaxValue / granule) - 1);
        var last = pair[1].Number(first, (ulong.MaxValue / granule) - 1);
        return new(new(first * granule), (last - first + 1) * granule);
    }
}
