using DmaGrains.Model;
using DmaGrains.Model.Translation;

namespace DmaGrains.Kernel.Conformance;

/// <summary>An <c>iommu_place</c> record: whole lists mapped through one address space.</summary>
internal static class IommuPlaceVector
{
    public static Mismatch? Check(VectorField record)
    {
        var granule = IommuVector.ReadGranule(record.Member("granule"));
        var devices = record.Member("devices").Items(1, SequenceOps.DevicesMax).Select(field => ReadDevice(field, granule)).ToArray();
        var iovas = IovaVector.Create(record, IovaVector.Space(record, granule));
        return SequenceOps.Run<Iova>(
            record,
            "unmap",
            op =>
            {
                var parts = IovaVector.ReadOp(op, "map");
                var number = (int)parts[1].Number32((uint)devices.Length - 1);
                var device = devices[number];
                IommuInput[] list = [.. parts[2].Items(1, VectorLines.LengthMax).Select(field => IommuVector.ReadInput(field, granule))];
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
        return (parts[0].Flag(), parts[1].Number(), new(granule, parts[2].Number32(), IommuVector.ReadMask(parts[3])));
    }
}
