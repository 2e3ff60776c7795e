using DmaGrains.Model;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Translation;

namespace DmaGrains.Kernel.Conformance;

/// <summary>An <c>iommu_place</c> record: whole lists mapped through one address space.</summary>
internal static class IommuPlaceVector
{
    private const int DevicesMax = 64;

    public static Mismatch? Check(VectorField record)
    {
        var granule = IovaVector.ReadGranule(record.Member("granule"));
        var devices = record.Member("devices").Items(1, DevicesMax).Select(field => ReadDevice(field, granule)).ToArray();
        var iovas = IovaVector.Create(record, IovaVector.Space(record, granule));
        return SequenceOps.Run<Iova>(
            record,
            "unmap",
            op =>
            {
                var parts = IovaVector.ReadOp(op, "map");
                var number = (int)parts[1].Number32((uint)devices.Length - 1);
                var device = devices[number];
                IommuInput[] list = [.. parts[2].Items(1, VectorLines.LengthMax).Select(field => field.Items(2, 2)).Select(pair => new IommuInput(pair[0].Number32(granule - 1), pair[1].Number32()))];
                if (!IommuMap.Map(device.Limits, list).TryGetValue(out var mapping))
                {
                    return (null, $"\"{nameof(Errno.ENOMEM)}\"");
                }

                var (next, reply) = iovas.Allocate(mapping.LengthBytes, device.Mask, device.IsPci ? $"{number}" : null);
                iovas = next;
                return reply.TryGetValue(out var range)
                    ? (range.First, $"[{string.Join(',', mapping.At(range.First).Select(segment => $"[{segment.Address.Value},{segment.LengthBytes}]"))}]")
                    : (null, $"\"{nameof(Errno.ENOMEM)}\"");
            },
            first => iovas = iovas.Free(first).Value);
    }

    private static (bool IsPci, ulong Mask, IommuLimits Limits) ReadDevice(VectorField field, uint granule)
    {
        var parts = field.Items(4, 4);
        var (size, boundary) = (parts[2].Number32(), parts[3].Number());
        return (
            parts[0].Flag(), parts[1].Number(),
            new(granule, size, DmaConstraints.IsWholeMask(boundary) ? boundary : throw parts[3].Unexpected("0 or 2^k-1")));
    }
}
