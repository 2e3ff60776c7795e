using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Tests.Boards;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Policies;

public sealed class PolicyTests
{
    private const ulong Size = 100_000;

    [Fact]
    public void RefuseAny_lets_nobody_attach_while_the_buffer_is_mapped()
    {
        var mapped = Under("deny-after-map").After(Attach("display"), Map("display"));

        var refusal = mapped.RefusalOf(Attach("gpu"));

        Assert.Equal((Errno.EBUSY, "gpu", "Mappings"), (refusal.Errno, refusal.Importer, refusal.Field));
        Assert.Equal(2, mapped.After(Unmap("display"), Attach("gpu")).FrameOf().Attachments.Length);
    }

    [Fact]
    public void Resplit_gives_a_late_importer_a_list_of_its_own_over_the_same_pages()
    {
        var mapped = Under("resplit").After(Attach("gpu"), Map("gpu"));

        var split = mapped.After(Attach("narrow"), Map("narrow")).FrameOf();

        var lists = split.Mappings.ToDictionary(mapping => mapping.Name, mapping => mapping.ToTable());
        Assert.Equal((2, 25), (lists["gpu"].EntryCount, lists["narrow"].EntryCount));
        Assert.Single(split.Mappings.Select(mapping => mapping.Storage).Distinct());
        Assert.Empty(split.Hazards);
    }

    [Fact]
    public void Resplit_refuses_with_EBUSY_when_splitting_cannot_help()
    {
        var mapped = Under("resplit").After(Attach("gpu"), Map("gpu"));

        var refusal = mapped.RefusalOf(Attach("display"));

        Assert.Equal((Errno.EBUSY, "MaxSegmentCount"), (refusal.Errno, refusal.Field));
    }

    [Fact]
    public void Migrate_moves_the_storage_at_once_when_nobody_has_it_mapped()
    {
        var idle = Under("migrate").After(Attach("gpu"), Map("gpu"), Unmap("gpu"));

        var moved = idle.After(Attach("display"), Map("display"), Map("gpu"));

        Assert.Equal(["cma"], moved.FrameOf().Storage!.Regions);
        Assert.Equal(
            new BufferCosts(1, Size, 3) { CacheCleans = 2, CacheInvalidates = 1, CacheWorkSaved = 1 }, moved.FrameOf().Costs);
        Assert.Equal(FreePages - 25, moved.Memory.FreePageCount);
    }

    [Fact]
    public void Migrate_keeps_a_late_importer_waiting_until_the_last_unmap()
    {
        var waiting = Under("migrate").After(Attach("gpu"), Map("gpu"), Attach("display"));
        var refusal = waiting.RefusalOf(Map("display"));

        var moved = waiting.After(Unmap("gpu"), Map("display"), Map("gpu"));

        Assert.Equal((Errno.EAGAIN, "display"), (refusal.Errno, refusal.Importer));
        Assert.All(moved.FrameOf().Mappings, mapping => Assert.Equal(1, mapping.ToTable().EntryCount));
        Assert.Equal(FreePages - 25, moved.Memory.FreePageCount);
        Assert.Equal(FreePages, moved.After(
            Unmap("gpu"), Unmap("display"), Detach("gpu"), Detach("display"), Release()).Memory.FreePageCount);
    }

    [Fact]
    public void Migrate_leaves_everyone_else_working_when_there_is_no_memory_to_move_to()
    {
        // The contiguous area of 2 MiB is taken by another buffer.
        var full = Create().Export(new("other", 2 << 20)).Next;
        full = full.Execute("other", Attach("display")).Next.Execute("other", Map("display")).Next;
        var waiting = full.Export(new(Frame, Size) { Policy = NamedPolicies.Find("migrate")! }).Next
            .After(Attach("gpu"), Map("gpu"), Attach("display"), Unmap("gpu"));

        Assert.Equal(Errno.ENOMEM, waiting.RefusalOf(Map("display")).Errno);
        Assert.Equal(2, waiting.After(Map("gpu")).FrameOf().Mappings[0].ToTable().EntryCount);
        Assert.Empty(waiting.After(Detach("display"), Map("gpu")).FrameOf().Superseded);
    }

    [Fact]
    public void Accept_records_who_holds_which_list_that_breaks_whose_limit()
    {
        var raced = Under("accept").After(Attach("gpu"), Map("gpu"), Attach("narrow"), Map("narrow"));

        Assert.Equal(
            [
                (HazardKind.AttachedTooLate, "narrow", "MaxSegmentSize", 61440UL, 4096UL),
                (HazardKind.ListBreaksLimit, "narrow", "MaxSegmentSize", 61440UL, 4096UL),
            ],
            raced.FrameOf().Hazards.Select(hazard =>
                (hazard.Kind, hazard.Importer, hazard.Field, hazard.Needed, hazard.Limit)));
        Assert.Contains("gpu has frame mapped", raced.FrameOf().Hazards[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hazard_is_recorded_once_for_each_limit_of_an_attachment()
    {
        var raced = Under("accept").After(Attach("gpu"), Map("gpu"), Attach("narrow"), Map("narrow"), Unmap("narrow"));

        var again = raced.After(new DmaCommand.Map("again", "narrow", DmaDirection.ToDevice));

        Assert.Equal(2, again.FrameOf().Hazards.Length);
    }

    [Fact]
    public void Flags_look_at_contiguity_only()
    {
        var board = Under("flags").After(Attach("narrow"), Map("narrow"));

        Assert.Equal(DmaConstraints.Unconstrained, board.FrameOf().Constraints);
        Assert.Equal((HazardKind.ListBreaksLimit, "narrow"), KindAndImporter(Assert.Single(board.FrameOf().Hazards)));
        Assert.Equal(1u, Under("flags").After(Attach("display")).FrameOf().Constraints.MaxSegmentCount);
    }

    [Fact]
    public void Policy_none_looks_at_no_limit_and_the_first_importer_to_come_decides()
    {
        var board = Under("mainline").After(Attach("gpu"), Attach("display"));
        var late = board.RefusalOf(Map("display"));

        Assert.NotNull(board.FrameOf().Storage);
        Assert.Equal((HazardKind.AttachedTooLate, "display"), KindAndImporter(Assert.Single(board.FrameOf().Hazards)));
        Assert.Equal((Errno.EIO, "display", "DmaMask"), (late.Errno, late.Importer, late.Field));
    }

    [Fact]
    public void AtFirstAttach_allocates_for_the_first_importer_alone_so_that_order_matters()
    {
        var gpuFirst = Under("first-attach").After(Attach("gpu"));
        var displayFirst = Under("first-attach").After(Attach("display"), Attach("gpu"), Map("gpu"));

        Assert.Equal(Errno.EBUSY, gpuFirst.RefusalOf(Attach("display")).Errno);
        Assert.Equal(1, displayFirst.FrameOf().Mappings[0].ToTable().EntryCount);
    }

    [Fact]
    public void AtFirstAttach_refuses_the_attach_with_ENOMEM_when_there_is_no_memory()
    {
        var board = Create().Export(new(Frame, 8 << 20) { Policy = NamedPolicies.Find("first-attach")! }).Next;

        var refusal = board.RefusalOf(Attach("display"));

        Assert.Equal(Errno.ENOMEM, refusal.Errno);
        Assert.Empty(board.FrameOf().Attachments);
    }

    [Fact]
    public void AtExport_allocates_for_nobody_in_particular()
    {
        var board = Under("at-export");

        Assert.Equal(FreePages - 25, board.Memory.FreePageCount);
        Assert.Equal(Errno.EBUSY, board.RefusalOf(Attach("display")).Errno);
        Assert.Equal(FreePages, board.After(Release()).Memory.FreePageCount);
    }

    [Fact]
    public void AtExport_refuses_with_ENOMEM_and_exports_nothing_when_there_is_no_memory()
    {
        var (board, reply) = Create().Export(new(Frame, 1UL << 40) { Policy = NamedPolicies.Find("at-export")! });

        Assert.Equal(Errno.ENOMEM, reply.Refusal!.Errno);
        Assert.Null(board.Buffer(Frame));
    }

    [Fact]
    public void A_shared_list_is_built_once_and_handed_to_whoever_comes()
    {
        var board = Under("shared-list").After(
            Attach("gpu"), Map("gpu"), Attach("narrow"), Map("narrow"), Unmap("gpu"), new DmaCommand.Map("again", "gpu", 0));

        Assert.Equal(1UL, board.FrameOf().Costs.ListsBuilt);
        Assert.All(board.FrameOf().Mappings, mapping => Assert.Equal(2, mapping.ToTable().EntryCount));
        Assert.Contains(board.FrameOf().Hazards, hazard => hazard.Kind == HazardKind.ListBreaksLimit);
    }

    [Fact]
    public void A_list_kept_per_attachment_is_built_once_for_each()
    {
        var kept = new ExporterPolicy { Lists = ListSharing.PerAttachment };
        var board = Create().Export(new(Frame, Size) { Policy = kept }).Next.After(
            Attach("gpu"), Attach("wide"), Map("gpu"), Unmap("gpu"), new DmaCommand.Map("again", "gpu", 0), Map("wide"));

        Assert.Equal(2UL, board.FrameOf().Costs.ListsBuilt);
    }

    [Fact]
    public void AsPosted_answers_success_without_attaching_when_the_calculation_fails()
    {
        // In 2015 a device that set only its size had a boundary mask of 0.
        var board = Under("as-posted").After(Attach("wide"));

        Assert.Empty(board.FrameOf().Attachments);
        Assert.Equal((HazardKind.SuccessWithoutAttachment, "wide"), KindAndImporter(Assert.Single(board.FrameOf().Hazards)));
        Assert.Equal("SegmentBoundaryMask", board.FrameOf().Hazards[0].Field);
    }

    [Fact]
    public void AsPosted_does_not_check_that_a_list_exists()
    {
        var posted = Under("as-posted").After(Attach("posted"));

        Assert.False(Representability.IsRepresentable(Size, posted.FrameOf().Constraints));
    }

    [Fact]
    public void AsPosted_leaves_the_union_narrowed_when_the_exporter_refuses()
    {
        var refusing = NamedPolicies.Find("as-posted")! with { LateAttach = LateAttach.RefuseStricter };
        var board = Create().Export(new(Frame, Size) { Policy = refusing }).Next.After(Attach("low"), Map("low"));
        var before = board.FrameOf().Constraints;

        var (next, reply) = board.Execute(Frame, Attach("posted"));

        Assert.Equal(Errno.EBUSY, reply.Refusal!.Errno);
        Assert.Equal(new DmaConstraints(4096, 2, 0xfffff), next.FrameOf().Constraints);
        Assert.Equal(HazardKind.UnionLeftNarrowed, Assert.Single(next.FrameOf().Hazards).Kind);
        Assert.Equal(before, next.After(Attach("deaf"), Detach("deaf")).FrameOf().Constraints);
    }

    [Fact]
    public void Attach_says_so_when_the_limit_in_its_way_was_left_by_somebody_who_was_refused()
    {
        var board = Create().Export(new(Frame, 1 << 20) { Policy = new() { RefusedAttach = RefusedAttach.LeftNarrowed } }).Next
            .After(Attach("gpu"), Map("gpu")).Execute(Frame, Attach("narrow")).Next;

        var refusal = board.RefusalOf(Attach("wide"));

        Assert.Equal((Errno.EINVAL, "wide", "MaxSegmentCount"), (refusal.Errno, refusal.Importer, refusal.Field));
        Assert.Contains("4096 bytes (a device that is not attached)", refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void AsPosted_says_that_the_union_is_narrowed_only_when_it_is()
    {
        var refusing = NamedPolicies.Find("as-posted")! with { LateAttach = LateAttach.RefuseStricter };
        var board = Create().Export(new(Frame, Size) { Policy = refusing }).Next.After(Attach("low"), Map("low"));

        var narrowed = board.Execute(Frame, Attach("posted")).Next;

        Assert.Equal(Errno.EBUSY, narrowed.RefusalOf(Attach("posted")).Errno);
    }

    /// <summary>What an exporter refuses, each with a device whose limits narrow the union, and one that nothing is refused.</summary>
    public static TheoryData<string, string, Errno> RefusedByExporter => new()
    {
        { "secure", "wide", Errno.EPERM },
        { "splash", "ttm", Errno.EINVAL },
        { "vram", "wide", Errno.EOPNOTSUPP },
    };

    [Theory]
    [MemberData(nameof(RefusedByExporter))]
    public void Every_refusal_of_an_exporter_leaves_the_union_narrowed_or_rolled_back(string region, string device, Errno errno)
    {
        foreach (var refusedAttach in Enum.GetValues<RefusedAttach>())
        {
            var board = MappedBoard.With(1, new() { RefusedAttach = refusedAttach }, region);

            var (next, reply) = board.Execute(Frame, Attach(device));

            Assert.Equal(errno, reply.Refusal!.Errno);
            Assert.Equal(refusedAttach == RefusedAttach.LeftNarrowed, next.FrameOf().Constraints != DmaConstraints.Unconstrained);
            Assert.Equal(
                refusedAttach == RefusedAttach.LeftNarrowed ? [HazardKind.UnionLeftNarrowed] : [],
                next.FrameOf().Hazards.Select(hazard => hazard.Kind));
        }
    }

    [Fact]
    public void A_refused_first_allocation_leaves_the_union_narrowed_too()
    {
        var posted = new ExporterPolicy { RefusedAttach = RefusedAttach.LeftNarrowed, Allocation = AllocationTime.AtFirstAttach };
        var board = Create().Export(new(Frame, 8 << 20) { Policy = posted }).Next;

        var (next, reply) = board.Execute(Frame, Attach("display"));

        Assert.Equal(Errno.ENOMEM, reply.Refusal!.Errno);
        Assert.Equal((1U, HazardKind.UnionLeftNarrowed), (next.FrameOf().Constraints.MaxSegmentCount, Assert.Single(next.FrameOf().Hazards).Kind));
    }

    [Theory]
    [InlineData("as-posted")]
    [InlineData("mainline")]
    public void A_policy_that_knows_no_flags_lets_in_who_takes_one_run_and_records_what_it_is_handed(string policy)
    {
        // The memory above 4 GiB is out of the display's reach; a buffer that fills the low zone is in its holes.
        var run = Create().Device("display")! with { DmaMask = ulong.MaxValue };
        var board = Create().SetDevice(run).Next.Export(new(Frame, Size) { Policy = NamedPolicies.Find(policy)! }).Next
            .After(Attach("display"), Map("display"));

        Assert.True(board.FrameOf().Constraints.MaxSegmentCount > 1);
        Assert.Equal((HazardKind.ListBreaksLimit, "display"), KindAndImporter(Assert.Single(board.FrameOf().Hazards)));
        Assert.Equal("MaxSegmentCount", board.FrameOf().Hazards[0].Field);
    }

    [Theory]
    [InlineData("as-posted", true)]
    [InlineData("mainline", true)]
    [InlineData("refuse", false)]
    [InlineData("flags", false)]
    public void A_policy_that_knows_no_flags_lets_in_who_needs_struct_pages(string policy, bool isLetIn)
    {
        var board = MappedBoard.With(1, NamedPolicies.Find(policy)!, "splash").SetDevice(new("ttm", null) { NeedsStructPage = true, DmaMask = ulong.MaxValue }).Next;
        if (!isLetIn)
        {
            Assert.Equal((Errno.EINVAL, "NeedsStructPage"), (board.RefusalOf(Attach("ttm")).Errno, board.RefusalOf(Attach("ttm")).Field));
            return;
        }

        var mapped = board.After(Attach("ttm"), Map("ttm")).FrameOf();

        Assert.Equal((HazardKind.NoStructPages, "ttm"), KindAndImporter(Assert.Single(mapped.Hazards)));
    }

    [Theory]
    [InlineData(null, "as-posted", null)]
    [InlineData(ParameterDefaults.RfcV3, "as-posted", null)]
    [InlineData(ParameterDefaults.V61, "as-posted", "Getters")]
    [InlineData(ParameterDefaults.Direct, "as-posted", "Getters")]
    [InlineData(ParameterDefaults.Direct, "refuse", null)]
    public void Getters_that_contradict_the_policy_are_refused(ParameterDefaults? getters, string policy, string? field)
    {
        var export = new BufferExport(Frame, 1, null, getters) { Policy = NamedPolicies.Find(policy)! };

        Assert.Equal(field, export.Check()?.Field);
        Assert.Equal(ParameterDefaults.RfcV3, (export with { Policy = ExporterPolicy.Default }).Under(NamedPolicies.Find("as-posted")!).ReadWith);
        Assert.Null((export with { Policy = ExporterPolicy.Default }).Under(NamedPolicies.Find("as-posted")!).Check());
    }

    [Fact]
    public void AsPosted_keeps_the_old_union_when_the_recalculation_at_a_detach_fails()
    {
        var board = Under("as-posted").After(Attach("posted"), Attach("low"));
        var before = board.FrameOf().Constraints;

        var detached = board.SetDevice(new("posted", new(4096, 2, 0))).Next.After(Detach("low")).FrameOf();

        Assert.Equal(before, detached.Constraints);
        Assert.Equal((HazardKind.UnionKeptAtDetach, "posted"), KindAndImporter(detached.Hazards[^1]));
        Assert.Equal([HazardKind.NoListExists, HazardKind.UnionKeptAtDetach], detached.Hazards.Select(hazard => hazard.Kind));
    }

    [Theory]
    [InlineData("short", "MaxSegmentSize")]
    [InlineData("edgeless", "SegmentBoundaryMask")]
    public void AsPosted_lets_in_whom_no_page_suits_and_then_finds_no_list_at_the_map(string device, string field)
    {
        var board = Under("as-posted").After(Attach(device));

        var refusal = board.RefusalOf(Map(device));

        Assert.Equal((Errno.EINVAL, field), (refusal.Errno, refusal.Field));
        Assert.Equal(HazardKind.NoListExists, Assert.Single(board.FrameOf().Hazards).Kind);
    }

    [Fact]
    public void AsPosted_reads_at_a_detach_what_the_others_ask_for_now()
    {
        var board = Under("as-posted").After(Attach("posted"), Attach("low")).SetDevice(new("posted", new(8192, 2, 0xfffff))).Next;

        Assert.Equal(8192U, board.After(Detach("low")).FrameOf().Constraints.MaxSegmentSize);
        Assert.True(board.Recalculate(Frame).Value.Differs);
    }

    [Fact]
    public void A_device_that_is_added_to_a_board_can_attach()
    {
        var (board, refusal) = Create().Export(new(Frame, Size)).Next.SetDevice(new("late", null));

        Assert.Null(refusal);
        Assert.True(board.Execute(Frame, Attach("late")).Reply.IsGranted);
    }

    [Fact]
    public void Export_refuses_with_EINVAL_when_a_choice_of_the_policy_is_unknown()
    {
        var unknown = new ExporterPolicy { LateAttach = (LateAttach)9 };

        Assert.Equal("Policy", Create().Export(new(Frame, 1) { Policy = unknown }).Reply.Refusal!.Field);
    }

    [Fact]
    public void Named_policies_have_names_of_their_own_and_the_default_comes_first()
    {
        Assert.Equal(NamedPolicies.All.Length, NamedPolicies.All.Select(named => named.Name).Distinct().Count());
        Assert.Equal(NamedPolicies.All.Length, NamedPolicies.All.Select(named => named.Policy).Distinct().Count());
        Assert.Same(ExporterPolicy.Default, NamedPolicies.All[0].Policy);
        Assert.Null(NamedPolicies.Find("nonsense"));
    }

    private static (HazardKind Kind, string Importer) KindAndImporter(Hazard hazard) => (hazard.Kind, hazard.Importer);

    private static Board Under(string policy) =>
        Create().Export(new(Frame, Size) { Policy = NamedPolicies.Find(policy)! }).Next;
}
