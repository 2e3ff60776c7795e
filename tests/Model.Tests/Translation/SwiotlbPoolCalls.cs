using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Translation;

/// <summary>Single changes of a pool, through the allocator that bounce regions use.</summary>
internal static class SwiotlbPoolCalls
{
    public static (SwiotlbPool Next, DmaResult<BounceSlots> Reply) TakeSlots(
        this SwiotlbPool pool, ulong lengthBytes, PhysicalAddress address = default, uint minAlignMask = 0) =>
        pool.TakeSlots(new BounceRequest(lengthBytes, address, MinAlignMask: minAlignMask));

    public static (SwiotlbPool Next, DmaResult<BounceSlots> Reply) TakeSlots(this SwiotlbPool pool, BounceRequest request, ulong start = 0)
    {
        var slots = new BounceSlotAllocator(pool, new(start));
        var reply = slots.TakeSlots(request);
        return (slots.ToPool(), reply);
    }

    public static DmaResult<SwiotlbPool> GiveBackSlots(this SwiotlbPool pool, BounceSlots bounce)
    {
        var slots = new BounceSlotAllocator(pool);
        return slots.GiveBackSlots(bounce) is { } refusal ? DmaResult.Refuse<SwiotlbPool>(refusal) : DmaResult.Grant(slots.ToPool());
    }
}
