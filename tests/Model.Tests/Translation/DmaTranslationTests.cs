using System.Collections.Immutable;
using CsCheck;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Tests.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Translation;

public sealed class DmaTranslationTests
{
    private const ulong Far = 0x100000;

    /// <summary>16 granules, lowest first.</summary>
    private static readonly IovaSpaceLayout _small = new(new(0x10000), new(0x1ffff), 4096, IovaPolicy.FirstFit);

    private static readonly MemoryRegionLayout _pool = new("pool", MemoryKind.Bounce, new(0x10, 0x40));

    [Fact]
    public void Map_joins_128_entries_to_4_and_refuses_a_device_that_takes_3()
    {
        var translation = With(new IommuStage("smmu", new(new(0), new(uint.MaxValue), 4096)));
        var scattered = Scattered(128) with { Iommu = "smmu", Takes = new(32 * 4096, 4, ulong.MaxValue), ChecksCount = true };

        var mapped = translation.Map(scattered).Reply.Value;
        var (same, reply) = translation.Map(scattered with { Takes = new(32 * 4096, 3, ulong.MaxValue) });

        Assert.Equal([131072U, 131072U, 131072U, 131072U], SegmentsOf(scattered, mapped).Select(segment => segment.LengthBytes));
        Assert.Empty(same.Held);
        Assert.Equal(("MaxSegmentCount", 4UL, 3UL), (RefusalOf(Errno.EINVAL, reply).Field, reply.Refusal!.Needed, reply.Refusal.Limit));
        Assert.True(translation.Map(scattered with { Takes = new(32 * 4096, 3, ulong.MaxValue), ChecksCount = false }).Reply.IsGranted);
    }

    [Fact]
    public void MMUs_cannot_be_replaced_while_something_is_mapped_EBUSY()
    {
        var translation = With(new IommuStage("smmu", _small));
        var request = Scattered(1) with { Iommu = "smmu" };
        var held = translation.Map(request).Next;

        Assert.Null(translation.CheckReplaceable());
        Assert.Equal((Errno.EBUSY, "Stages"), (held.CheckReplaceable()!.Errno, held.CheckReplaceable()!.Field));
        Assert.Null(held.Unmap(request.Token).CheckReplaceable());
    }

    [Theory]
    [InlineData(0xddbfffffUL, 0xddbff000UL)]
    [InlineData(0xddbffffeUL, 0xddbff000UL)]
    [InlineData(0xddbfefffUL, 0xddbfe000UL)]
    [InlineData(0xd8ffffffUL, 0xd8fff000UL)]
    public void Map_stays_below_venus_last_address_which_is_no_power_of_two(ulong last, ulong first)
    {
        var translation = With(new IommuStage("smmu", new(new(0), new(uint.MaxValue), 4096)));
        var mapped = Granted(translation, Scattered(1) with { Iommu = "smmu", HighestAddress = last });

        Assert.Equal(new Iova(first), mapped.Stages[0].Range.First);
    }

    [Fact]
    public void Map_bounds_the_stage_nearest_to_the_device_and_not_the_one_below()
    {
        var high = _small with { First = new(Far), Last = new(Far + 0xffff) };
        var translation = With(new("bus", high), new("own", _small));
        var request = Scattered(2) with { BusMmu = "bus", Iommu = "own" };

        Assert.Equal(
            [new("bus", 4096, new(new(Far), 8192), 0), new("own", 4096, new(new(0x10000), 8192), 0)],
            Granted(translation, request with { HighestAddress = 0x11fff }).Stages);
        Assert.Equal("own", StageIn(RefusalOf(Errno.ENOMEM, translation.Map(request with { HighestAddress = 0x11ffe }).Reply)));
        Assert.Equal("bus", StageIn(RefusalOf(
            Errno.ENOMEM, translation.Map(request with { Iommu = null, HighestAddress = Far + 0x1ffe }).Reply)));
    }

    [Theory]
    [InlineData(16, true)]
    [InlineData(17, false)]
    public void Map_takes_the_whole_address_space_and_not_a_page_more(int pages, bool fits) =>
        Assert.Equal(fits, With(new IommuStage("own", _small)).Map(Scattered(pages) with { Iommu = "own" }).Reply.IsGranted);

    [Fact]
    public void Map_refuses_with_ENOMEM_the_stage_and_the_numbers_and_holds_nothing_of_the_other()
    {
        var translation = With(new("bus", _small with { Last = new(0x2ffff) }), new("own", _small));
        var held = translation.Map(Scattered(9) with { BusMmu = "bus", Iommu = "own" }).Next;

        var (next, reply) = held.Map(Scattered(9, 1) with { BusMmu = "bus", Iommu = "own" });

        var refusal = RefusalOf(Errno.ENOMEM, reply);
        Assert.Equal(held.Held, next.Held);
        Assert.Equal(("LengthBytes", 9 * 4096UL, 7 * 4096UL), (refusal.Field, refusal.Needed, refusal.Limit));
        Assert.Contains("own cannot map a for dev", refusal.Reason, StringComparison.Ordinal);
        Assert.Contains("28672 bytes are free", refusal.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StageOwner.DmaApi, Errno.ENOMEM)]
    [InlineData(StageOwner.Driver, Errno.ENOSPC)]
    public void Map_refuses_a_full_space_as_who_owns_the_tables_does(StageOwner owner, Errno errno)
    {
        var own = With(new IommuStage("own", _small) { Owner = owner });
        var bus = With(new("bus", _small), new("own", _small with { Last = new(uint.MaxValue) }) { Owner = owner });

        Assert.Equal("own", StageIn(RefusalOf(errno, own.Map(Scattered(17) with { Iommu = "own" }).Reply)));
        Assert.Equal("bus", StageIn(RefusalOf(Errno.ENOMEM, bus.Map(Scattered(17) with { BusMmu = "bus", Iommu = "own" }).Reply)));
    }

    [Fact]
    public void Map_reaps_what_is_retired_only_when_nothing_else_fits()
    {
        var lazy = With(new IommuStage("own", _small with { Reuse = IovaReuse.Lazy }));
        var request = Scattered(8) with { Iommu = "own" };

        var first = lazy.Map(request).Next.Unmap(request.Token);
        var second = first.Map(request);
        var third = second.Next.Map(request with { Token = new("a", 1) });

        Assert.Equal([0x10000UL, 0x18000UL, 0x10000UL], new[]
        {
            lazy.Map(request).Reply, second.Reply, third.Reply,
        }.Select(reply => reply.Value.Stages[0].Range.First.Value));
        Assert.Equal([(0UL, 1), (0UL, 1), (1UL, 0)], new[] { first, second.Next, third.Next }.Select(translation =>
            (translation.State.Stages[0].Spaces[0].FlushCount, translation.State.Stages[0].Spaces[0].Retired.Length)));
        Assert.True(second.Reply.Value.Stages[^1].IsLazy);
    }

    [Fact]
    public void Unmap_flushes_at_once_when_the_stage_is_strict()
    {
        var request = Scattered(8) with { Iommu = "own" };

        var unmapped = With(new IommuStage("own", _small)).Map(request).Next.Unmap(request.Token);

        Assert.Equal(1UL, unmapped.State.Stages[0].Spaces[0].FlushCount);
        Assert.Equal(0x10000UL, Granted(unmapped, request).Stages[0].Range.First.Value);
        Assert.False(Granted(unmapped, request).Stages[^1].IsLazy);
    }

    [Fact]
    public void Contexts_have_addresses_of_their_own_and_the_DMA_API_unmaps_in_the_right_one_only()
    {
        var translation = With(new IommuStage("own", _small) { ContextCount = 2 });
        var (one, other) = (Scattered(16) with { Iommu = "own" }, Scattered(16, 1) with { Iommu = "own" });

        var switched = translation.Map(one).Next.SwitchContext("own", 1).Next;
        var both = switched.Map(other).Next;

        var refusal = both.CheckUnmap(one.Token)!;
        Assert.Equal((Errno.EINVAL, "Context", 0UL, 1UL), PartsOf(refusal));
        Assert.Equal("dev", refusal.Importer);
        Assert.Null(both.CheckUnmap(other.Token));
        Assert.Null(both.SwitchContext("own", 0).Next.CheckUnmap(one.Token));
        Assert.Equal([0U, 1U], both.State.Held.Select(held => held.Mapped.Stages[0].Context));
        Assert.All(both.State.Held, held => Assert.True(held.Mapped.IsPerContext));
        Assert.Empty(both.UnmapAll("a").Held);
    }

    [Fact]
    public void Contexts_of_a_driver_do_not_hinder_an_unmap()
    {
        var request = Scattered(16) with { Iommu = "own" };
        var mapped = With(new IommuStage("own", _small) { ContextCount = 2, Owner = StageOwner.Driver }).Map(request).Next;

        var switched = mapped.SwitchContext("own", 1).Next;
        var unmapped = switched.Unmap(request.Token);

        Assert.Null(switched.CheckUnmap(request.Token));
        Assert.False(mapped.State.Held[0].Mapped.IsPerContext);
        Assert.Equal(1UL, unmapped.State.Stages[0].Spaces[0].FlushCount);
        unmapped.AssertInvariants();
    }

    [Fact]
    public void SwitchContext_gives_the_same_object_when_it_changes_nothing()
    {
        var translation = With(new IommuStage("own", _small) { ContextCount = 2 });

        Assert.Same(translation, translation.SwitchContext("own", 0).Next);
        Assert.Same(translation, translation.SwitchContext("own", 2).Next);
        Assert.Same(translation, translation.SwitchContext("ghost", 0).Next);
        Assert.Equal((Errno.EINVAL, "Context", 2UL, 1UL), PartsOf(translation.SwitchContext("own", 2).Reply!));
        Assert.Equal((Errno.EINVAL, "Stage", (ulong?)null, (ulong?)null), PartsOf(translation.SwitchContext("ghost", 0).Reply!));
        Assert.Equal(1U, translation.SwitchContext("own", 1).Next.State.Stages[0].Context);
    }

    [Fact]
    public void Map_again_gives_the_same_object_and_another_request_gives_back_first()
    {
        var request = Scattered(16) with { Iommu = "own" };
        var (held, first) = With(new IommuStage("own", _small)).Map(request);

        var (same, again) = held.Map(request with { Storage = request.Storage with { } });
        var (moved, other) = held.Map(request with { Storage = Scattered(16, 0, generation: 1).Storage });
        var (none, refused) = held.Map(request with { Iommu = "ghost" });

        Assert.Same(held, same);
        Assert.Same(first.Value, again.Value);
        Assert.NotSame(held, moved);
        Assert.True(other.IsGranted);
        Assert.Equal("Stage", RefusalOf(Errno.EINVAL, refused).Field);
        Assert.Empty(none.Held);
    }

    [Fact]
    public void Map_passes_on_what_the_mapper_answers_with_the_importer()
    {
        var holes = Scattered(2) with { Iommu = "own", Takes = new(4096, 1, 0xdfff) };

        var (_, reply) = With(new IommuStage("own", _small)).Map(holes);

        Assert.Equal("SegmentBoundaryMask", RefusalOf(Errno.EINVAL, reply).Field);
    }

    [Theory]
    [InlineData(StageOwner.DmaApi, 2, MapOptions.DeferFlush, false)]
    [InlineData(StageOwner.DmaApi, 2, MapOptions.OwnSpace, false)]
    [InlineData(StageOwner.Driver, 1, MapOptions.DeferFlush, true)]
    [InlineData(StageOwner.Driver, 1, MapOptions.OwnSpace, false)]
    [InlineData(StageOwner.Driver, 2, MapOptions.OwnSpace, true)]
    [InlineData(StageOwner.DmaApi, 1, MapOptions.RequireCoherent, true)]
    public void Map_refuses_with_EOPNOTSUPP_what_only_a_drivers_own_tables_give(
        StageOwner owner, uint contexts, MapOptions options, bool granted)
    {
        var stage = new IommuStage("own", _small) { Owner = owner, ContextCount = contexts };

        var (_, reply) = With(stage).Map(Scattered(1) with { Iommu = "own", Options = options });

        Assert.Equal(granted, reply.IsGranted);
        Assert.True(granted || RefusalOf(Errno.EOPNOTSUPP, reply).Field == "Options");
    }

    [Fact]
    public void Own_spaces_hand_out_the_same_addresses_independently_and_are_given_back_with_their_last_mapping()
    {
        var translation = With(new IommuStage("own", _small) { Owner = StageOwner.Driver, ContextCount = 3 });
        var (one, first) = translation.Map(Own("p", 0));
        var (two, second) = one.Map(Own("q", 1));
        var (again, third) = two.Map(Own("p", 2));
        var full = again.Map(Own("r", 3)).Reply;

        Assert.Equal((1U, "a/p"), PartsOf(first));
        Assert.Equal((2U, "a/q"), PartsOf(second));
        Assert.Equal((1U, "a/p"), PartsOf(third));
        Assert.Equal(first.Value.Stages[0].Range, second.Value.Stages[0].Range);
        Assert.NotEqual(first.Value.Stages[0].Range, third.Value.Stages[0].Range);
        Assert.Equal(("ContextCount", 4UL, 3UL), (RefusalOf(Errno.ENOSPC, full).Field, full.Refusal!.Needed, full.Refusal.Limit));
        Assert.Equal("ContextCount", RefusalOf(Errno.ENOSPC, again.Unmap(new("a", 0)).Map(Own("r", 3)).Reply).Field);
        Assert.Equal((1U, "a/r"), PartsOf(again.Unmap(new("a", 0)).Unmap(new("a", 2)).Map(Own("r", 3)).Reply));
    }

    [Fact]
    public void Nobody_else_is_mapped_into_an_own_space_whichever_context_is_current()
    {
        var translation = With(new IommuStage("own", _small) { Owner = StageOwner.Driver, ContextCount = 2 });
        var owned = translation.Map(Own("p", 0)).Next.SwitchContext("own", 1).Next;
        var held = translation.SwitchContext("own", 1).Next.Map(Own("p", 0) with { Options = MapOptions.None, Space = null }).Next;

        Assert.Equal((0U, null), PartsOf(owned.Map(Own("p", 1) with { Options = MapOptions.None, Space = null }).Reply));
        Assert.Equal("ContextCount", RefusalOf(Errno.ENOSPC, held.Map(Own("p", 1)).Reply).Field);
    }

    [Fact]
    public void Own_spaces_come_back_from_storage()
    {
        var stage = new IommuStage("own", _small) { Owner = StageOwner.Driver, ContextCount = 3 };
        var mapped = With(stage).Map(Own("p", 0)).Next.Map(Own("q", 1)).Next;

        var restored = DmaTranslation.Restore([stage], null, mapped.State);

        Assert.Equal((1U, "a/p"), PartsOf(restored.Map(Own("p", 2)).Reply));
        Assert.Equal("ContextCount", RefusalOf(Errno.ENOSPC, restored.Map(Own("r", 3)).Reply).Field);
    }

    [Fact]
    public void Map_asks_the_stage_nearest_to_the_device_whose_tables_they_are()
    {
        var translation = With(new("bus", _small), new("own", _small) { Owner = StageOwner.Driver });
        var request = Scattered(1) with { BusMmu = "bus", Options = MapOptions.DeferFlush };

        Assert.True(translation.Map(request with { Iommu = "own" }).Reply.IsGranted);
        RefusalOf(Errno.EOPNOTSUPP, translation.Map(request).Reply);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 1)]
    public void Map_bounces_an_entry_whose_last_byte_is_out_of_reach(int offset, int bounced)
    {
        var request = Scattered(1) with { SizeBytes = 100, HighestAddress = (ulong)((long)Far + 99 + offset) };

        var (next, reply) = WithPool(_pool).Map(request);

        Assert.Equal(bounced, reply.Value.Bounces.Length);
        Assert.Equal(bounced, next.Held.Count());
        Assert.Equal(Far - ((Far - 0x10000) * (ulong)bounced), SegmentsOf(request, reply.Value)[0].Address.Value);
    }

    [Fact]
    public void Map_holds_nothing_of_a_device_that_reaches_everything()
    {
        var translation = WithPool(null);

        var (next, reply) = translation.Map(Scattered(3));

        Assert.Same(translation, next);
        Assert.Same(DmaMapped.Nothing, reply.Value);
        Assert.Same(translation, translation.Unmap(Scattered(3).Token));
        Assert.Null(translation.CheckUnmap(Scattered(3).Token));
    }

    [Fact]
    public void Map_copies_only_what_is_out_of_reach()
    {
        var storage = new BackingStorage(new("a", 0), ["ram"], [new(0x101, 1), new(0x80, 2), new(0x103, 1)], DmaConstraints.Unconstrained);
        var request = Scattered(4) with { Storage = storage, HighestAddress = 0xfffff };

        var mapped = Granted(WithPool(_pool), request);

        Assert.Equal([new(0, new(0, 2, 4096), new(0x10000)), new(2, new(2, 2, 4096), new(0x11000))], mapped.Bounces);
    }

    [Theory]
    [InlineData(0x40, 262144, null)]
    [InlineData(0x40, 262145, "LengthBytes")]
    [InlineData(0x3f, 262144, "BouncePool")]
    [InlineData(0x3f, 258048, null)]
    [InlineData(0x41, 262144, null)]
    public void Map_bounces_what_the_pools_region_holds_and_not_a_byte_more(uint pages, ulong size, string? field)
    {
        var storage = new BackingStorage(new("a", 0), ["ram"], [new(0x100, 0x41)], DmaConstraints.Unconstrained);
        var request = Scattered(1) with { Storage = storage, SizeBytes = size, HighestAddress = 0xfffff };

        var (_, reply) = WithPool(_pool with { Range = new(0x10, pages) }).Map(
            request with { Storage = storage with { Extents = [new(0x100, Page.CountFor(size))] } });

        Assert.Equal(field, reply.Refusal is null ? null : RefusalOf(Errno.EIO, reply).Field);
    }

    [Fact]
    public void Map_refuses_with_EIO_when_the_board_has_no_pool()
    {
        var refusal = RefusalOf(Errno.EIO, WithPool(null).Map(Scattered(1) with { HighestAddress = 0xfffff }).Reply);

        Assert.Equal("BouncePool", refusal.Field);
    }

    [Theory]
    [InlineData(0x10fff, null)]
    [InlineData(0x10ffe, "DmaMask")]
    public void Map_refuses_with_EIO_when_the_device_does_not_reach_the_copy(ulong highest, string? field)
    {
        var (_, reply) = WithPool(_pool).Map(Scattered(1) with { HighestAddress = highest });

        Assert.Equal(field, reply.Refusal is null ? null : RefusalOf(Errno.EIO, reply).Field);
    }

    [Fact]
    public void Map_that_runs_out_of_slots_half_way_holds_none()
    {
        var translation = WithPool(_pool with { Range = new(0x10, 2) });

        var (next, reply) = translation.Map(Scattered(3) with { HighestAddress = 0xfffff });

        Assert.Empty(next.Held);
        Assert.Equal("BouncePool", RefusalOf(Errno.EIO, reply).Field);
        Assert.Equal((0UL, 0UL), (next.State.Pool!.Value.BounceCount, next.State.Pool.Value.BouncedBytes));
        Assert.True(next.Map(Scattered(2) with { HighestAddress = 0xfffff }).Reply.IsGranted);
    }

    [Fact]
    public void Stored_state_of_mappings_holds_no_pages()
    {
        var state = With(new IommuStage("own", _small)).Map(Scattered(16) with { Iommu = "own" }).Next.State;

        Assert.Empty(state.Held[0].Request.Storage.Extents);
        Assert.True(state.Held[0].IsOf(Scattered(16) with { Iommu = "own" }));
    }

    [Fact]
    public void Map_knows_other_pages_under_the_same_tokens_for_another_request() =>
        Gen.Select(AnyRuns.Extents, AnyRuns.Extents).Sample((one, other) =>
        {
            var request = Scattered(48) with { Iommu = "own" };
            var first = request with { Storage = request.Storage with { Extents = [.. one] } };

            var held = HeldMapping.Of(first, DmaMapped.Nothing);

            return held.IsOf(first with { Storage = first.Storage with { Extents = [.. one] } })
                && held.IsOf(first with { Storage = first.Storage with { Extents = [.. other] } }) == one.SequenceEqual(other)
                && !held.IsOf(first with { Storage = first.Storage with { Extents = [.. one, new(1, 1)] } });
        });

    [Fact]
    public void Restore_throws_when_two_mappings_hold_the_same_or_the_stages_are_others()
    {
        var translation = With(new("bus", _small), new("own", _small));
        var state = translation.Map(Scattered(2) with { Iommu = "own" }).Next.State;
        var twice = state with { Held = [.. state.Held, state.Held[0] with { Request = (Scattered(2, 1) with { Iommu = "own" }).WithoutPages() }] };

        Assert.Throws<InvalidOperationException>(() => DmaTranslation.Restore(translation.Stages, null, twice));
        Assert.Throws<InvalidOperationException>(() => DmaTranslation.Restore(translation.Stages[..1], null, state));
        Assert.Throws<InvalidOperationException>(() => DmaTranslation.Restore(translation.Stages, _pool, state));
        Assert.Throws<InvalidOperationException>(() => DmaTranslation.Restore(
            [translation.Stages[0], translation.Stages[1] with { Name = "else" }], null, state));
    }

    [Fact]
    public void Create_throws_when_nobody_has_checked_the_stages_and_the_pool()
    {
        var stage = new IommuStage("own", _small);
        var large = _pool with { Range = new(0, (SwiotlbPool.SizeBytesMax / Page.SizeBytes) + 1) };

        Assert.Throws<InvalidOperationException>(() => With(stage, stage));
        Assert.Throws<InvalidOperationException>(() => With(stage with { ContextCount = 0 }));
        Assert.Throws<InvalidOperationException>(() => WithPool(_pool with { Kind = MemoryKind.System }));
        Assert.Throws<InvalidOperationException>(() => WithPool(large));
        Assert.NotNull(WithPool(large with { Range = new(0, large.Range.PageCount - 1) }).Pool);
    }

    /// <summary>A buffer of that many pages, every second frame from 1 MiB on.</summary>
    private static (uint Context, string? Space) PartsOf(DmaResult<DmaMapped> reply) =>
        (reply.Value.Stages[^1].Context, reply.Value.Stages[^1].Space);

    private static DmaMapRequest Own(string space, ulong sequence) => Scattered(1) with
    {
        Token = new("a", sequence),
        Iommu = "own",
        Options = MapOptions.OwnSpace,
        Space = space,
    };

    private static DmaMapRequest Scattered(int pages, ulong sequence = 0, uint generation = 0)
    {
        ImmutableArray<PageExtent> extents =
            [.. Enumerable.Range(0, pages).Select(page => new PageExtent((Far >> Page.Shift) + (2 * (uint)page), 1))];
        var storage = new BackingStorage(new("a", generation), ["ram"], extents, DmaConstraints.Unconstrained);
        return new(
            new("a", sequence), "dev", null, null, storage, (ulong)pages * Page.SizeBytes, DmaConstraints.Unconstrained,
            DmaConstraints.Unconstrained, ulong.MaxValue);
    }

    private static DmaTranslation With(params IommuStage[] stages) => DmaTranslation.Create([.. stages], null);

    private static DmaTranslation WithPool(MemoryRegionLayout? pool) => DmaTranslation.Create([], pool);

    private static DmaMapped Granted(DmaTranslation translation, DmaMapRequest request) => translation.Map(request).Reply.Value;

    private static ImmutableArray<DmaSegment> SegmentsOf(DmaMapRequest request, DmaMapped mapped) => MappedSegments.Of(
        Mapping.TableOver(request.Storage, request.SizeBytes, request.CutUnder), request.Takes, mapped);

    /// <summary>The refusal, after making sure of what all of them have in common.</summary>
    private static Refusal RefusalOf(Errno errno, DmaResult<DmaMapped> reply)
    {
        Assert.Equal((errno, "dev"), (reply.Refusal?.Errno, reply.Refusal?.Importer));
        return reply.Refusal!;
    }

    private static string StageIn(Refusal refusal) => refusal.Reason.Split(' ')[0];

    private static (Errno Errno, string? Field, ulong? Needed, ulong? Limit) PartsOf(Refusal refusal) =>
        (refusal.Errno, refusal.Field, refusal.Needed, refusal.Limit);
}
