using DmaGrains.Model;
using DmaGrains.Model.Translation;

namespace DmaGrains.Kernel.Conformance;

/// <summary>A <c>swiotlb</c> record: one bounce pool from its first moment.</summary>
internal static class SwiotlbVector
{
    private const string Full = "\"full\"";

    public static Mismatch? Check(VectorField record)
    {
        var start = record.Member("start").Number(0, ulong.MaxValue - SwiotlbPool.SizeBytesMax - Page.SizeBytes);
        if (start % Page.SizeBytes != 0)
        {
            throw record.Member("start").Unexpected($"a multiple of {Page.SizeBytes}");
        }

        var size = record.Member("slots").Number(1, SwiotlbPool.SizeBytesMax / SwiotlbPool.SlotBytes) * SwiotlbPool.SlotBytes;
        var alloc = (uint)IommuVector.ReadMask(record.Member("alloc_align_mask"), uint.MaxValue);
        var devices = record.Member("devices").Items(1, SequenceOps.DevicesMax).Select(field => field.Items(2, 2))
            .Select(pair => (Align: (uint)IommuVector.ReadMask(pair[0], uint.MaxValue), Boundary: IommuVector.ReadMask(pair[1]))).ToArray();
        var areas = record.MemberOrNull("areas")?.Number(1, SwiotlbPool.SizeBytesMax / SwiotlbPool.SetBytes) ?? 1;
        var created = SwiotlbPool.Over(size, (int)areas);
        var pool = created.IsGranted ? created.Value : throw record.Member("areas").Unexpected("a power of two, with whole sets of 128 slots in each");
        return SequenceOps.Run<BounceSlots>(
            record,
            "unmap",
            op =>
            {
                var parts = op.Items(4, 4);
                if (parts[0].Text() != "map")
                {
                    throw parts[0].Unexpected("map or unmap");
                }

                var (align, boundary) = devices[parts[1].Number32((uint)devices.Length - 1)];
                var request = new BounceRequest(
                    parts[3].Number(1, uint.MaxValue), new(parts[2].Number()), boundary == 0 ? ulong.MaxValue : boundary, align, alloc);
                var slots = new BounceSlotAllocator(pool, new(start));
                var reply = slots.TakeSlots(request);
                pool = slots.ToPool();
                return reply.TryGetValue(out var taken)
                    ? (taken, $"{unchecked(start + ((ulong)taken.FirstSlot * SwiotlbPool.SlotBytes) + request.Inside)}")
                    : (null, Full);
            },
            taken =>
            {
                var slots = new BounceSlotAllocator(pool, new(start));
                slots.GiveBackSlots(taken);
                pool = slots.ToPool();
            });
    }
}
