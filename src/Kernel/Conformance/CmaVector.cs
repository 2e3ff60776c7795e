using System.Numerics;
using DmaGrains.Model;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;

namespace DmaGrains.Kernel.Conformance;

/// <summary>A <c>cma</c> record: one contiguous area from its first moment.</summary>
internal static class CmaVector
{
    private const uint OrderMax = 20;

    /// <summary>What the kernel aligns to at most when no order is named (CONFIG_CMA_ALIGNMENT).</summary>
    private const int DefaultOrderMax = 8;

    public static Mismatch? Check(VectorField record)
    {
        var first = record.Member("base_pfn").Number(0, MemoryRegionLayout.EndPfnMax - 1);
        var pages = record.Member("pages").Number(1, MemoryRegionLayout.EndPfnMax - first);

        // Where an operation names an order, the area itself aligns nothing.
        var namesOrders = record.Member("ops").Items(0, SequenceOps.LengthMax).Any(op => op.Items(2, 3).Length == 3);
        var area = new MemoryRegionLayout("cma", MemoryKind.Contiguous, new(first, pages)) { AreaAlignmentBytes = namesOrders ? Page.SizeBytes : 0 };
        var memory = PhysicalMemory.Create([area]).Value;
        var number = 0U;
        return SequenceOps.Run<AllocationToken>(
            record,
            "free",
            op =>
            {
                var parts = op.Items(2, 3);
                if (parts[0].Text() != "alloc")
                {
                    throw parts[0].Unexpected("alloc or free");
                }

                var token = new AllocationToken("buffer", ++number);
                var wanted = parts[1].Number(1, MemoryRegionLayout.EndPfnMax);
                var order = parts.Length == 3 ? (int)parts[2].Number32(OrderMax) : namesOrders ? Math.Min(BitOperations.Log2(BitOperations.RoundUpToPowerOf2(wanted)), DefaultOrderMax) : 0;
                var limits = default(ListLimits).With(ListLimit.AddressAlignment, Page.SizeBytes << order);
                var request = new AllocationRequest(
                    token, wanted * Page.SizeBytes, DmaConstraints.Unconstrained with { MaxSegmentCount = 1, Limits = limits }, ulong.MaxValue, "device");
                var (next, reply) = memory.Allocate(request);
                memory = next;
                return reply.TryGetValue(out var storage) ? (token, $"{storage.Extents[0].FirstPfn}") : (null, $"\"{reply.Refusal!.Errno}\"");
            },
            token => memory = memory.Free(token));
    }
}
