using CsCheck;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Translation;

public sealed class IovaSpaceTests
{
    private const ulong FourGiB = 1UL << 32;

    /// <summary>
    /// Some dozens of granules, around 4 GiB, near 0 or at the end of 64-bit addresses; bounds and windows are odd.
    /// </summary>
    private static readonly Gen<IovaSpaceLayout> _layout =
        from granule in AnyIommu.Granule
        from place in Gen.OneOf(0UL, (FourGiB / granule) - 20, (ulong.MaxValue / granule) - 39)
        from first in Gen.ULong[0, 4UL * granule]
        from length in Gen.ULong[6 * granule, (36UL * granule) - 1]
        from policy in Gen.Enum<IovaPolicy>()
        from alignment in Gen.Enum<IovaAlignment>()
        from reuse in Gen.Enum<IovaReuse>()
        from windows in Gen.Select(Gen.ULong[0, 40UL * granule - 1], Gen.ULong[1, 3UL * granule]).Array[0, 3]
        let start = place * granule
        select new IovaSpaceLayout(
            new(start + first), new(start + first + length), granule, policy, alignment, reuse)
        {
            Reserved = [.. windows.Select(window => new IovaRange(
                new(start + window.Item1), Math.Min(window.Item2, ulong.MaxValue - start - window.Item1)))
                .Where(window => window.LengthBytes != 0)],
        };

    private static readonly Gen<Step> _step = Gen.Frequency(
        (6, Gen.Select(
            Gen.ULong[1, 8 * 65536], Gen.Int[-1, 40], (length, limit) => (Step)new Step.Allocate(length, limit))),
        (4, Gen.Int[0, 1000].Select(index => (Step)new Step.Free(index))),
        (1, Gen.Const((Step)new Step.Reap())));

    [Fact]
    public void Space_is_the_granule_by_granule_one_after_any_history() =>
        Gen.Select(_layout, _step.Array[1, 40]).Sample((layout, steps) =>
        {
            var space = IovaSpace.Create(layout).Value;
            var bitmap = new GranuleBitmap(layout);
            foreach (var step in steps)
            {
                space = Apply(step, space, bitmap);
                space.AssertInvariants();
                Assert.Equal((ulong)bitmap.FreeCount * layout.GranuleBytes, Bytes(space.FreeRanges));
                Assert.Equal((ulong)bitmap.RetiredCount * layout.GranuleBytes, Bytes(space.RetiredRanges));
                Assert.Equal(bitmap.FlushCount, space.FlushCount);
            }
        }, iter: 3000);

    /// <summary>Several ranges of a size are taken, below a limit, or several are freed.</summary>
    private static readonly Gen<(bool Frees, int Count, ulong Granules, ulong Limit, int Pick)> _burst = Gen.Select(
        Gen.Bool, Gen.OneOf(Gen.Int[1, 4], Gen.Int[1, 300]), Gen.OneOf(Gen.Const(1UL), Gen.ULong[1, 40]), Gen.OneOf(Gen.Const(ulong.MaxValue), Gen.ULong[64, 400]), Gen.Int[0, 1000]);

    [Fact]
    public void Space_with_caches_is_the_one_kept_in_stacks_after_any_history() =>
        Gen.Select(AnyIommu.Granule, Gen.OneOf(Gen.ULong[20, 60], Gen.ULong[260, 400]), _burst.Array[1, 12]).Sample((granule, granules, bursts) =>
        {
            var layout = new IovaSpaceLayout(new(granule), new(((granules + 1) * granule) - 1), granule) { Caches = true };
            var space = IovaSpace.Create(layout).Value;
            var stacks = new CachedGranules(layout);
            var held = new List<(ulong First, ulong Granules)>();
            foreach (var (frees, count, size, limit, pick) in bursts)
            {
                for (var turn = 0; turn < count && (!frees || held.Count != 0); turn++)
                {
                    if (frees)
                    {
                        var (first, length) = held[(pick + (turn * 7)) % held.Count];
                        held.Remove((first, length));
                        stacks.Free(first, length);
                        space = space.Free(new(first)).Value;
                        continue;
                    }

                    var highest = limit == ulong.MaxValue ? limit : (limit * granule) - 1;
                    (space, var reply) = space.Allocate(size * granule, highest);
                    Assert.Equal(stacks.Allocate(size, Math.Min(highest, layout.Last.Value)), reply.IsGranted ? reply.Value.First.Value : null);
                    if (!reply.IsGranted)
                    {
                        break;
                    }

                    held.Add((reply.Value.First.Value, size));
                }

                space.AssertInvariants();
            }
        }, iter: 300);

    [Fact]
    public void Restore_gives_the_space_that_was_stored() =>
        Gen.Select(_layout, _step.Array[1, 20], _step.Array[1, 20]).Sample((layout, before, after) =>
        {
            var bitmap = new GranuleBitmap(layout);
            var space = before.Aggregate(IovaSpace.Create(layout).Value, (space, step) => Apply(step, space, bitmap));

            var restored = IovaSpace.Restore(layout, space.State, [.. space.HeldRanges.Reverse()]);

            Assert.Equal(space.RetiredRanges, restored.RetiredRanges);
            foreach (var step in after)
            {
                restored = Apply(step, restored, bitmap);
                Assert.Equal(bitmap.FlushCount, restored.FlushCount);
            }
        });

    [Fact]
    public void Restore_throws_when_two_hold_the_same_range()
    {
        var layout = new IovaSpaceLayout(new(0), new(0xffff), 4096);
        var (space, range) = Taken(IovaSpace.Create(layout).Value);

        Assert.Throws<InvalidOperationException>(() => IovaSpace.Restore(layout, space.State, [range, range]));
    }

    [Fact]
    public void Free_then_reap_gives_the_space_back() =>
        Gen.Select(_layout, Gen.ULong[1, 4 * 65536].Array[1, 8]).Sample((layout, lengths) =>
        {
            var fresh = IovaSpace.Create(layout).Value;
            var space = lengths.Aggregate(fresh, (space, length) => space.Allocate(length).Next);
            space = space.HeldRanges.Aggregate(space, (space, range) => space.Free(range.First).Value);

            return space.Reap().FreeRanges.SequenceEqual(fresh.FreeRanges) && !space.HeldRanges.Any();
        });

    [Fact]
    public void Allocate_gives_bases_that_mappings_accept() =>
        Gen.Select(AnyIommu.Valid, Gen.Enum<IovaPolicy>()).Sample((list, policy) =>
        {
            var mapping = IommuMap.Map(list.Limits, list.Inputs).Value;
            var layout = new IovaSpaceLayout(new(0), new(ulong.MaxValue), list.Limits.GranuleBytes, policy);
            var space = IovaSpace.Create(layout).Value.Allocate(4096).Next;

            var range = space.Allocate(mapping.LengthBytes).Reply.Value;

            return range.LengthBytes == mapping.LengthBytes
                && mapping.At(range.First).Length == mapping.Segments.Length;
        });

    [Fact]
    public void TopDown_gives_a_PCI_device_what_is_below_4_GiB_until_that_was_used_up_once()
    {
        var space = IovaSpace.Create(new(new(FourGiB - 0x2000), new(FourGiB + 0x3fff), 4096)).Value;
        var firsts = new List<ulong>();
        foreach (var device in new[] { "nic", "display", "nic", "nic", "disk", "display" })
        {
            (space, var reply) = space.Allocate(4096, pciDevice: device == "display" ? null : device);
            firsts.Add(reply.Value.First.Value - (FourGiB - 0x2000));
        }

        // The disk is refused below 4 GiB at once, and is not asked again either.
        Assert.Equal([0x1000, 0x5000, 0, 0x4000, 0x3000, 0x2000], firsts);
        Assert.Equal(["disk", "nic"], space.State.BeyondPci);
        (space, var low) = space.Free(new(FourGiB - 0x1000)).Value.Allocate(4096, pciDevice: "usb");
        Assert.Equal(new Iova(FourGiB - 0x1000), low.Value.First);
    }

    [Fact]
    public void TopDown_says_that_a_request_is_refused_for_one_before_it_and_not_for_lack_of_room()
    {
        var space = IovaSpace.Create(new(new(0), new(uint.MaxValue), 4096)).Value;
        (space, var first) = space.Allocate(32 * 4096, highestAddress: 0xffff);
        (space, var again) = space.Allocate(40 * 4096);
        (space, _) = space.Allocate(4096);
        var unmapped = space.Free(new(0xfffff000)).Value.Allocate(40 * 4096).Reply;

        Assert.Equal((Errno.ENOSPC, 15UL * 4096), (first.Refusal!.Errno, first.Refusal.Limit));
        Assert.Equal((Errno.ENOSPC, 31UL * 4096), (again.Refusal!.Errno, again.Refusal.Limit));
        Assert.Contains("131072 bytes were refused before", again.Refusal.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("longest", again.Refusal.Reason, StringComparison.Ordinal);
        Assert.True(unmapped.IsGranted);
    }

    [Fact]
    public void TopDown_rounds_less_than_32_granules_up_and_goes_on_below_the_last_range()
    {
        var layout = new IovaSpaceLayout(new(0x1000), new(0x7fffff), 4096);

        Assert.Equal([0x7f8000, 0x7f4000, 0x7c0000, 0x780000], Firsts(layout, [5 * 4096, 3 * 4096, 31 * 4096, 33 * 4096]));
    }

    [Fact]
    public void Caches_hand_out_what_was_freed_last()
    {
        var space = IovaSpace.Create(new(new(0x1000), new(0xffff), 4096) { Caches = true }).Value;
        (space, var first) = Taken(space);
        (space, var second) = Taken(space);
        space = space.Free(second.First).Value.Free(first.First).Value;

        Assert.Equal([second, first], space.CachedRanges);
        Assert.Equal(first, Taken(space).Range);
        Assert.Equal(space.CachedRanges, IovaSpace.Restore(space.Layout, space.State, []).CachedRanges);
    }

    [Fact]
    public void TopDown_flushes_before_the_256th_range_that_waits_and_never_because_nothing_fits()
    {
        var space = IovaSpace.Create(new(new(0x1000), new(0x101fff), 4096, Reuse: IovaReuse.Lazy)).Value;
        var taken = new Queue<Iova>();
        for (var count = 0; count < 257; count++)
        {
            (space, var range) = Taken(space);
            taken.Enqueue(range.First);
        }

        while (space.RetiredRanges.Count() < IovaSpace.RetiredMax)
        {
            space = space.Free(taken.Dequeue()).Value;
        }

        Assert.Equal((0UL, Errno.ENOSPC), (space.FlushCount, space.Allocate(4096).Reply.Refusal!.Errno));
        space = space.Free(taken.Dequeue()).Value;
        Assert.Equal((1UL, 1), (space.FlushCount, space.RetiredRanges.Count()));
        Assert.True(space.Allocate(4096).Reply.IsGranted);
    }

    [Fact]
    public void FirstFit_takes_the_lowest_and_never_granule_0() => Assert.Equal<ulong>(
        [0x1000, 0x2000, 0x4000],
        Firsts(new(new(0), new(0xffff), 4096, IovaPolicy.FirstFit), [4096, 8192, 12288]));

    [Fact]
    public void RoundRobin_leaves_a_freed_range_alone_until_it_comes_round()
    {
        var layout = new IovaSpaceLayout(new(0x1000), new(0x3fff), 4096, IovaPolicy.RoundRobin);
        var (space, first) = Taken(IovaSpace.Create(layout).Value);

        (space, var second) = Taken(space.Free(first.First).Value);
        (space, var third) = Taken(space.Free(second.First).Value);
        (_, var fourth) = Taken(space.Free(third.First).Value);

        Assert.Equal(
            [new(0x1000), new(0x2000), new(0x3000), new(0x1000)],
            new[] { first, second, third, fourth }.Select(range => range.First));
    }

    [Fact]
    public void Allocate_respects_a_limit_that_is_no_power_of_two()
    {
        var space = IovaSpace.Create(new(new(0), new(uint.MaxValue), 4096)).Value;

        Assert.Equal(new Iova(0xddbff000), space.Allocate(4096, 0xddbfffff).Reply.Value.First);

        // The granule that the limit lies in may be used.
        Assert.Equal(new Iova(0xddbff000), space.Allocate(4096, 0xddbff000).Reply.Value.First);
        Assert.Equal(new Iova(0xddbfe000), space.Allocate(4096, 0xddbfefff).Reply.Value.First);
    }

    [Fact]
    public void Lazy_free_is_reused_after_one_flush_when_nothing_else_fits()
    {
        var layout = new IovaSpaceLayout(new(0x1000), new(0x2fff), 4096, IovaPolicy.FirstFit, Reuse: IovaReuse.Lazy);
        var (space, first) = Taken(IovaSpace.Create(layout).Value);
        (space, var second) = Taken(space.Free(first.First).Value);
        Assert.Equal((0ul, new Iova(0x2000)), (space.FlushCount, second.First));

        (space, var third) = Taken(space.Free(second.First).Value);

        Assert.Equal((1ul, new Iova(0x1000)), (space.FlushCount, third.First));
        Assert.Empty(space.RetiredRanges);
        Assert.Same(space, space.Reap());
    }

    [Fact]
    public void Strict_free_flushes_each_time()
    {
        var space = IovaSpace.Create(new(new(0), new(0xffff), 4096)).Value;
        for (var round = 0; round < 3; round++)
        {
            (space, var range) = Taken(space);
            space = space.Free(range.First).Value;
        }

        Assert.Equal(3u, space.FlushCount);
    }

    [Fact]
    public void Allocate_refuses_with_ENOSPC_and_the_numbers_when_nothing_fits()
    {
        // Three granules are free, but no aligned pair: 0x1000 and 0x2000 are not one, 0x4000 is alone.
        var layout = new IovaSpaceLayout(new(0x1000), new(0x4fff), 4096)
        {
            Reserved = [new(new(0x3800), 1)],
        };
        var space = IovaSpace.Create(layout).Value;

        var (next, reply) = space.Allocate(8192);

        Assert.Empty(next.HeldRanges);
        Assert.Equal(
            (Errno.ENOSPC, "LengthBytes", 8192ul, 8192ul),
            (reply.Refusal!.Errno, reply.Refusal.Field, reply.Refusal.Needed, reply.Refusal.Limit));
        Assert.Contains("12288 bytes are free", reply.Refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Allocate_refuses_with_EINVAL_when_the_length_is_0()
    {
        var refusal = IovaSpace.Create(new(new(0), new(0xffff), 4096)).Value.Allocate(0).Reply.Refusal;

        Assert.Equal((Errno.EINVAL, "LengthBytes"), (refusal!.Errno, refusal.Field));
    }

    [Theory]
    [InlineData(0x1800)]
    [InlineData(0x2000)]
    [InlineData(0x5000)]
    public void Free_refuses_with_EINVAL_when_no_range_starts_there(ulong first)
    {
        var layout = new IovaSpaceLayout(new(0x1000), new(0x2fff), 4096, IovaPolicy.FirstFit, IovaAlignment.Granule);
        var space = IovaSpace.Create(layout).Value.Allocate(8192).Next;

        var refusal = space.Free(new(first)).Refusal;

        Assert.Equal((Errno.EINVAL, "First", first), (refusal!.Errno, refusal.Field, refusal.Needed));
    }

    public static TheoryData<IovaSpaceLayout, Errno, string> Malformed => new()
    {
        { new(new(0), new(0xffff), 8192), Errno.EINVAL, "GranuleBytes" },
        { new(new(0x1001), new(0x2ffe), 4096), Errno.EINVAL, "Last" },
        { new(new(0x5000), new(0x2fff), 4096), Errno.EINVAL, "Last" },
        { new(new(0), new(0xfff), 4096), Errno.EINVAL, "Last" },
        { new(new(0), new(0xffff), 4096, IovaPolicy.FirstFit) { Caches = true }, Errno.EINVAL, "Caches" },
        { With(new IovaRange(new(1), 0)), Errno.EINVAL, "Reserved" },
        { With(new(new(1), ulong.MaxValue), new(new(2), ulong.MaxValue)), Errno.EINVAL, "Reserved" },
        { With([.. Enumerable.Repeat(new IovaRange(new(1), 1), 65)]), Errno.ENOSPC, "Reserved" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Create_refuses_a_malformed_layout(IovaSpaceLayout layout, Errno errno, string field)
    {
        var refusal = IovaSpace.Create(layout).Refusal;

        Assert.Equal((errno, field), (refusal!.Errno, refusal.Field));
    }

    private static IovaSpaceLayout With(params IovaRange[] reserved) =>
        new(new(0), new(0xffff), 4096) { Reserved = [.. reserved] };

    private static IovaSpace Apply(Step step, IovaSpace space, GranuleBitmap bitmap)
    {
        switch (step)
        {
            case Step.Allocate(var length, var limit):
                var start = space.Layout.First.Value;
                var reach = limit < 0 ? ulong.MaxValue : (ulong)limit * 5000;
                var highest = start + Math.Min(reach, ulong.MaxValue - start);
                var (next, reply) = space.Allocate(length, highest);
                Assert.Equal(bitmap.Allocate(length, highest), reply.IsGranted ? reply.Value.First.Value : null);
                Assert.True(reply.IsGranted || (reply.Refusal!.Errno == Errno.ENOSPC && space.HeldRanges.SequenceEqual(next.HeldRanges)));
                return next;
            case Step.Free(var index):
                var held = space.HeldRanges.ToList();
                if (held.Count == 0)
                {
                    return space;
                }

                bitmap.Free(held[index % held.Count]);
                return space.Free(held[index % held.Count].First).Value;
            default:
                bitmap.Reap();
                return space.Reap();
        }
    }

    private static (IovaSpace Space, IovaRange Range) Taken(IovaSpace space)
    {
        var (next, reply) = space.Allocate(4096);
        return (next, reply.Value);
    }

    private static List<ulong> Firsts(IovaSpaceLayout layout, ulong[] lengths)
    {
        var space = IovaSpace.Create(layout).Value;
        var firsts = new List<ulong>();
        foreach (var length in lengths)
        {
            (space, var reply) = space.Allocate(length);
            firsts.Add(reply.Value.First.Value);
        }

        return firsts;
    }

    private static ulong Bytes(IEnumerable<IovaRange> ranges) =>
        ranges.Aggregate(0UL, (sum, range) => sum + range.LengthBytes);

    private abstract record Step
    {
        public sealed record Allocate(ulong LengthBytes, int Limit) : Step;

        public sealed record Free(int Index) : Step;

        public sealed record Reap : Step;
    }
}
