using CsCheck;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Translation;

public sealed class SwiotlbPoolTests
{
    private static readonly Gen<ulong> _start = Gen.Int[0, 2000].Select(page => (ulong)page * 4096);

    private static readonly Gen<BounceRequest> _request = Gen.Select(
        Gen.OneOf(Gen.ULong[1, 20_000], Gen.ULong[1, 262_144]),
        Gen.OneOf(Gen.Const(0UL), Gen.ULong[0, 1 << 20]),
        Gen.Frequency((2, Gen.Const(ulong.MaxValue)), (1, Gen.Int[11, 20].Select(bits => (1UL << bits) - 1))),
        Gen.OneOf(Gen.Const(0u), Gen.Int[0, 17].Select(bits => (1u << bits) - 1)),
        Gen.Frequency((3, Gen.Const(0u)), (1, Gen.OneOf(4095u, 16383u, 65535u))),
        (length, address, boundary, minAlign, allocAlign) => new BounceRequest(length, new(address), boundary, minAlign, allocAlign));

    /// <summary>A map when Unmaps is negative, else the unmap of one of the bounces.</summary>
    private static readonly Gen<(int Unmaps, BounceRequest Request)> _step = Gen.Select(Gen.OneOf(Gen.Const(-1), Gen.Int[-1, 100]), _request);

    /// <summary>A pool of one area and any length, or of areas of whole sets.</summary>
    private static readonly Gen<(int Slots, int Areas)> _shape = Gen.Frequency(
        (1, Gen.Int[1, 390].Select(slots => (slots, 1))),
        (1, Gen.Select(Gen.OneOf(2, 4, 8), Gen.Int[1, 2], (areas, sets) => (areas * sets * 128, areas))));

    [Fact]
    public void Pool_is_the_slot_by_slot_one_after_any_history() =>
        Gen.Select(_shape, _start, _step.Array[1, 60]).Sample((shape, start, steps) =>
        {
            var pool = SwiotlbPool.Over((ulong)shape.Slots * 2048, shape.Areas).Value;
            var bitmap = new SlotBitmap(shape.Slots, shape.Areas);
            foreach (var step in steps)
            {
                pool = Play([step], pool, bitmap, start);
                pool.AssertInvariants();
                Assert.Equal(bitmap.UsedCount, pool.UsedSlotCount);
            }
        }, iter: 3000);

    [Fact]
    public void Restore_gives_the_pool_that_was_stored() =>
        Gen.Select(_shape, _start, _step.Array[1, 30], _step.Array[1, 30]).Sample((shape, start, before, after) =>
        {
            var size = (ulong)shape.Slots * 2048;
            var bitmap = new SlotBitmap(shape.Slots, shape.Areas);
            var pool = Play(before, SwiotlbPool.Over(size, shape.Areas).Value, bitmap, start);

            var restored = SwiotlbPool.Restore(size, pool.State, pool.Bounces.Reverse(), shape.Areas);

            Assert.Equal((pool.State, pool.UsedSlotCount), (restored.State, restored.UsedSlotCount));
            restored = Play(after, restored, bitmap, start);
            Assert.Equal(bitmap.UsedCount, restored.UsedSlotCount);
        });

    [Fact]
    public void TakeSlots_takes_none_that_cross_the_end_of_an_area() =>
        Gen.Select(Gen.OneOf(1, 2, 4, 8), Gen.Int[1, 2], _start, _step.Array[1, 60]).Sample((areas, sets, start, steps) =>
        {
            var slots = areas * sets * 128;
            var pool = Play(steps, SwiotlbPool.Over((ulong)slots * 2048, areas).Value, new(slots, areas), start);

            Assert.All(pool.Bounces, bounce => Assert.Equal(
                bounce.FirstSlot / pool.AreaSlotCount, (bounce.FirstSlot + bounce.SlotCount - 1) / pool.AreaSlotCount));
        });

    [Fact]
    public void TakeSlots_goes_on_in_the_next_area_when_one_has_no_room_and_leaves_its_place()
    {
        var pool = SwiotlbPool.Over(4 * 262_144, areaCount: 4).Value.TakeSlots(200_000).Next;

        var (next, second) = pool.TakeSlots(200_000);
        var (last, third) = next.TakeSlots(10_000);

        Assert.Equal((98, 0, 128), (pool.State.NextSlot, pool.State.NextIn(1), second.Value.FirstSlot));
        Assert.Equal((98, 98), (next.State.NextSlot, next.State.NextIn(1)));
        Assert.Equal((98, 103, 98, 0), (third.Value.FirstSlot, last.State.NextSlot, last.State.NextIn(1), last.State.NextIn(2)));
    }

    [Theory]
    [InlineData(0, 1 << 20)]
    [InlineData(3, 3 << 20)]
    [InlineData(-2, 1 << 20)]
    [InlineData(8, 1 << 20)]
    [InlineData(2, 262_144 + 2048)]
    [InlineData(2, (1 << 20) + 262_144)]
    public void Over_refuses_areas_that_are_no_power_of_two_or_not_of_whole_sets(int areas, ulong sizeBytes) =>
        Assert.Equal((Errno.EINVAL, "Areas"), SwiotlbPool.Over(sizeBytes, areas).Refusal is { } refusal ? (refusal.Errno, refusal.Field) : default);

    [Fact]
    public void Restore_throws_when_bounces_overlap_or_lie_outside()
    {
        BounceSlots[][] broken = [[new(0, 2, 1), new(1, 1, 1)], [new(0, 1, 1), new(0, 1, 1)], [new(1, 2, 1)], [new(2, 1, 1)]];

        Assert.All(broken, bounces => Assert.Throws<InvalidOperationException>(() =>
            SwiotlbPool.Restore(4096, SwiotlbPool.Over(4096).Value.State, bounces)));
    }

    [Fact]
    public void Restore_throws_when_a_search_begins_outside_its_area()
    {
        var state = SwiotlbPool.Over(1 << 20, areaCount: 2).Value.State;
        SwiotlbPoolState[] broken = [state.WithNext(0, 256), state.WithNext(1, 256), state.WithNext(2, 1), state.WithNext(1, -1)];

        Assert.All(broken, next => Assert.Throws<InvalidOperationException>(() => SwiotlbPool.Restore(1 << 20, next, [], areaCount: 2)));
    }

    [Fact]
    public void GiveBackSlots_of_every_bounce_empties_the_pool_and_keeps_the_counts() =>
        Gen.ULong[1, 262_144].Array[1, 20].Sample(lengths =>
        {
            var pool = lengths.Aggregate(SwiotlbPool.Over(64 << 20).Value, (pool, length) => pool.TakeSlots(length).Next);
            pool = pool.Bounces.Aggregate(pool, (pool, bounce) => pool.GiveBackSlots(bounce).Value);

            return pool.UsedSlotCount == 0 && !pool.Bounces.Any()
                && pool.BounceCount == (ulong)lengths.Length
                && pool.BouncedBytes == lengths.Aggregate(0UL, (sum, length) => sum + length);
        });

    [Fact]
    public void TakeSlots_refuses_the_Raspberry_Pis_536576_bytes()
    {
        var pool = SwiotlbPool.Over(64 << 20).Value;

        var (next, reply) = pool.TakeSlots(536_576);

        Assert.Equal((pool.State, pool.UsedSlotCount), (next.State, next.UsedSlotCount));
        Assert.Equal(
            (Errno.EIO, "LengthBytes", 536_576ul, 262_144ul),
            (reply.Refusal!.Errno, reply.Refusal.Field, reply.Refusal.Needed, reply.Refusal.Limit));
    }

    [Fact]
    public void TakeSlots_takes_a_green_frames_3800_bounces_of_4_KiB()
    {
        var pool = Enumerable.Range(0, 3800).Aggregate(
            SwiotlbPool.Over(64 << 20).Value, (pool, _) => pool.TakeSlots(4096).Next);

        Assert.Equal(
            (3800ul, 15_564_800ul, 7600, 32_768),
            (pool.BounceCount, pool.BouncedBytes, pool.UsedSlotCount, pool.SlotCount));
    }

    [Fact]
    public void TakeSlots_refuses_with_EIO_and_the_numbers_when_the_pool_is_full()
    {
        var pool = SwiotlbPool.Over(262_144).Value.TakeSlots(258_048).Next;

        var (next, reply) = pool.TakeSlots(8192);

        Assert.Equal((pool.State, pool.UsedSlotCount), (next.State, next.UsedSlotCount));
        Assert.Equal(
            (Errno.EIO, "BouncePool", 8192ul, 4096ul),
            (reply.Refusal!.Errno, reply.Refusal.Field, reply.Refusal.Needed, reply.Refusal.Limit));
        Assert.Contains("126 of 128 slots are used", reply.Refusal.Reason, StringComparison.Ordinal);
        Assert.True(pool.TakeSlots(4096).Reply.IsGranted);
    }

    [Theory]
    [InlineData(0, 262_144)]
    [InlineData(0x1ff, 260_096)]
    [InlineData(0x7ff, 260_096)]
    [InlineData(0xfff, 258_048)]
    [InlineData(0x3ffff, 0)]
    [InlineData(uint.MaxValue, 0)]
    public void TakeSlots_takes_the_longest_guaranteed_bounce_wherever_the_data_is(uint minAlignMask, ulong longest)
    {
        var pool = SwiotlbPool.Over(64 << 20).Value;

        Assert.Equal(longest, SwiotlbPool.LongestBounceBytes(minAlignMask));
        Assert.All([0UL, 0x1ffUL, 0x7ffUL, 0xfffUL, 0x12345UL], address =>
            Assert.True(longest == 0 || pool.TakeSlots(longest, new PhysicalAddress(address), minAlignMask).Reply.IsGranted));
        Assert.Equal(Errno.EIO, pool.TakeSlots(262_145, default, minAlignMask).Reply.Refusal!.Errno);
    }

    [Fact]
    public void TakeSlots_crosses_no_boundary_of_the_device()
    {
        var pool = SwiotlbPool.Over(64 << 20).Value.TakeSlots(10_240).Next;

        var (_, reply) = pool.TakeSlots(new BounceRequest(8192, BoundaryMask: 0x3fff));

        Assert.Equal(8, reply.Value.FirstSlot);
    }

    [Fact]
    public void TakeSlots_looks_behind_the_last_bounce_first()
    {
        var (pool, first) = SwiotlbPool.Over(64 << 20).Value.TakeSlots(100);

        var (_, second) = pool.GiveBackSlots(first.Value).Value.TakeSlots(100);

        Assert.Equal((new BounceSlots(0, 1, 100), new BounceSlots(1, 1, 100)), (first.Value, second.Value));
    }

    [Fact]
    public void TakeSlots_refuses_with_EINVAL_when_the_request_makes_no_sense()
    {
        var pool = SwiotlbPool.Over(64 << 20).Value;

        Assert.Equal("LengthBytes", RefusalOf(pool.TakeSlots(0).Reply).Field);
        Assert.Equal("MinAlignMask", RefusalOf(pool.TakeSlots(1, default, 0x1000).Reply).Field);
        Assert.Equal("BouncePool", RefusalOf(pool.GiveBackSlots(new(0, 1, 1))).Field);
        Assert.Equal("BouncePool", RefusalOf(pool.TakeSlots(4096).Next.GiveBackSlots(new(0, 1, 4096))).Field);
    }

    [Theory]
    [InlineData(0, Errno.EINVAL)]
    [InlineData(2047, Errno.EINVAL)]
    [InlineData(SwiotlbPool.SizeBytesMax + 1, Errno.ENOSPC)]
    public void Over_refuses_memory_of_no_slot_or_too_much(ulong sizeBytes, Errno errno) =>
        Assert.Equal((errno, "BouncePool"), SwiotlbPool.Over(sizeBytes).Refusal is { } refusal
            ? (refusal.Errno, refusal.Field)
            : default);

    [Theory]
    [InlineData(2048, 1)]
    [InlineData(4095, 1)]
    [InlineData(262_145, 128)]
    [InlineData(264_192, 129)]
    [InlineData(SwiotlbPool.SizeBytesMax, 524_288)]
    public void Over_has_the_whole_slots_of_its_memory(ulong sizeBytes, int slots) =>
        Assert.Equal(slots, SwiotlbPool.Over(sizeBytes).Value.SlotCount);

    [Fact]
    public void TakeSlots_goes_as_far_as_the_last_slot_of_a_set_that_is_not_whole()
    {
        var pool = SwiotlbPool.Over(262_144 + 6144).Value.TakeSlots(262_144).Next;

        var (full, reply) = pool.TakeSlots(6144);

        Assert.Equal(new BounceSlots(128, 3, 6144), reply.Value);
        Assert.Equal((Errno.EIO, 0UL), (full.TakeSlots(1).Reply.Refusal!.Errno, full.TakeSlots(1).Reply.Refusal!.Limit));
        Assert.Equal(6144UL, pool.TakeSlots(6145).Reply.Refusal!.Limit);
    }

    private static Refusal RefusalOf<T>(DmaResult<T> result)
        where T : notnull
    {
        Assert.Equal(Errno.EINVAL, result.Refusal!.Errno);
        return result.Refusal;
    }

    private static SwiotlbPool Play(
        (int Unmaps, BounceRequest Request)[] steps, SwiotlbPool pool, SlotBitmap bitmap, ulong start)
    {
        foreach (var (unmaps, request) in steps)
        {
            pool = unmaps < 0 ? Map(pool, bitmap, request, start) : Unmap(pool, bitmap, unmaps);
        }

        return pool;
    }

    private static SwiotlbPool Map(SwiotlbPool pool, SlotBitmap bitmap, BounceRequest request, ulong start)
    {
        var (next, reply) = pool.TakeSlots(request, start);
        Assert.Equal(bitmap.Map(request, start), reply.IsGranted ? reply.Value.FirstSlot : null);
        Assert.True(reply.IsGranted || (pool.State == next.State && reply.Refusal!.Field == (request.SlotCount > 128 ? "LengthBytes" : "BouncePool")));
        return next;
    }

    private static SwiotlbPool Unmap(SwiotlbPool pool, SlotBitmap bitmap, int index)
    {
        var bounces = pool.Bounces.ToList();
        if (bounces.Count == 0)
        {
            return pool;
        }

        var bounce = bounces[index % bounces.Count];
        bitmap.Unmap(bounce.FirstSlot, bounce.SlotCount);
        return pool.GiveBackSlots(bounce).Value;
    }
}
