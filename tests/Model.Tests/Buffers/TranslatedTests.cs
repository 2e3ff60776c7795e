using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Tests.Boards;
using DmaGrains.Model.Translation;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class TranslatedTests
{
    private const ulong Size = 400_000;

    private static readonly ExporterPolicy _translated = NamedPolicies.Find("translated")!;

    private static readonly ExporterPolicy _bouncing = new() { Constraints = ConstraintModel.None, Bouncing = true };

    [Fact]
    public void Map_behind_an_iommu_is_one_segment_over_scattered_pages()
    {
        var mapped = MappedBoard.With(Size, _translated).After(Attach("vop"), Map("vop")).FrameOf();

        var mapping = Assert.Single(mapped.Mappings);
        Assert.True(mapping.ToTable().EntryCount > 1);
        Assert.Equal(Size, Assert.Single(mapping.ToSegments()).LengthBytes);
        Assert.Empty(mapped.Hazards);
    }

    [Fact]
    public void Map_puts_no_contiguity_on_pages_only_where_the_policy_knows_of_the_iommu()
    {
        var knowing = MappedBoard.With(Size, _translated).After(Attach("vop"), Map("vop")).FrameOf();
        var unknowing = MappedBoard.With(Size).After(Attach("vop"), Map("vop")).FrameOf();

        Assert.Equal(["ram"], knowing.Storage!.Regions);
        Assert.Equal(["cma"], unknowing.Storage!.Regions);
    }

    [Fact]
    public void Map_refuses_with_EINVAL_when_the_segments_after_translation_are_too_many()
    {
        // 8 segments of 64 KiB at most: the mapper joins no further.
        var attached = MappedBoard.With(9 * 65536, _translated with { Constraints = ConstraintModel.Translated }).After(Attach("isp"));

        var (next, reply) = attached.Execute(Frame, Map("isp"));

        Assert.Equal((Errno.EINVAL, "isp", "MaxSegmentCount"), (reply.Refusal!.Errno, reply.Refusal.Importer, reply.Refusal.Field));
        Assert.Empty(next.FrameOf().Mappings);
        Assert.Empty(next.Translation.Held);
    }

    [Fact]
    public void Map_gives_each_device_addresses_of_its_own_over_the_same_pages()
    {
        var mapped = MappedBoard.With(Size, _translated).After(Attach("vop"), Attach("gpu"), Map("vop"), Map("gpu"));

        var addresses = mapped.FrameOf().Mappings.Select(mapping => mapping.ToSegments()[0].Address).ToHashSet();
        Assert.Equal(2, addresses.Count);
        Assert.Single(mapped.FrameOf().Mappings.Select(mapping => mapping.Storage).Distinct());
    }

    [Fact]
    public void Map_through_two_stages_holds_a_range_of_both_and_gives_them_back()
    {
        var mapped = MappedBoard.With(Size, _translated).After(Attach("stacked"), Map("stacked"));

        Assert.Equal(["smmu", "narrow"], mapped.FrameOf().Mappings[0].Mapped!.Stages.Select(stage => stage.Stage));
        Assert.Empty(mapped.After(Unmap("stacked")).Translation.Held);
    }

    [Fact]
    public void Map_refuses_with_ENOMEM_when_the_address_space_is_full()
    {
        var board = MappedBoard.With(1 << 20, _translated).After(Attach("stacked"));
        for (var index = 0; index < 3; index++)
        {
            board = board.After(new DmaCommand.Map($"m{index}", "stacked", DmaDirection.ToDevice));
        }

        var (next, reply) = board.Execute(Frame, new DmaCommand.Map("m3", "stacked", DmaDirection.ToDevice));

        Assert.Equal((Errno.ENOMEM, "stacked"), (reply.Refusal!.Errno, reply.Refusal.Importer));
        Assert.Equal(3, next.FrameOf().Mappings.Length);
        Assert.True(next.After(Unmap("m1"), new DmaCommand.Map("m4", "stacked", DmaDirection.ToDevice)).FrameOf().Hazards.IsEmpty);
    }

    [Fact]
    public void Unmap_refuses_with_EINVAL_in_another_context_when_the_dma_api_owns_the_tables()
    {
        var mapped = MappedBoard.With(Size, _translated).After(Attach("vop"), Map("vop"));
        var (switched, none) = mapped.SwitchContext("vop", 1);

        var refusal = switched.RefusalOf(Unmap("vop"));

        Assert.Null(none);
        Assert.Equal((Errno.EINVAL, "Context"), (refusal.Errno, refusal.Field));
        Assert.Empty(switched.SwitchContext("vop", 0).Next.After(Unmap("vop")).Translation.Held);
    }

    [Fact]
    public void Unmap_works_in_another_context_when_the_driver_owns_the_tables_and_leaves_a_stale_translation()
    {
        var mapped = MappedBoard.With(Size, _translated).After(Attach("gpu"), Map("gpu"));

        var unmapped = mapped.SwitchContext("gpu", 1).Next.After(Unmap("gpu"));

        Assert.Equal(HazardKind.StaleTranslation, Assert.Single(unmapped.FrameOf().Hazards).Kind);
        Assert.Empty(unmapped.Translation.Held);
    }

    [Theory]
    [InlineData("ghost", Errno.ENODEV, "Device")]
    [InlineData("wide", Errno.EINVAL, "Iommu")]
    [InlineData("vop", Errno.EINVAL, "Context")]
    public void SwitchContext_refuses_what_has_no_such_context(string device, Errno errno, string field)
    {
        var board = MappedBoard.Create();

        var (next, refusal) = board.SwitchContext(device, 7);

        Assert.Same(board, next);
        Assert.Equal((errno, field), (refusal!.Errno, refusal.Field));
    }

    [Fact]
    public void SwitchContext_to_the_present_one_changes_nothing()
    {
        var board = MappedBoard.Create();

        Assert.Same(board, board.SwitchContext("vop", 0).Next);
        Assert.NotSame(board, board.SwitchContext("vop", 1).Next);
    }

    [Fact]
    public void Map_bounces_what_a_device_does_not_reach_when_the_exporter_lets_it()
    {
        var mapped = MappedBoard.With(100_000, _bouncing).After(Attach("low"), Map("low"));

        var frame = mapped.FrameOf();
        Assert.Equal(["ram"], frame.Storage!.Regions);
        Assert.Equal(HazardKind.Bounced, Assert.Single(frame.Hazards).Kind);
        Assert.Equal(100_000UL, frame.Costs.BytesBounced);
        Assert.All(frame.Mappings[0].ToSegments(), segment => Assert.True(segment.Address.Value + segment.LengthBytes <= 0x100000));
        Assert.Empty(mapped.After(Unmap("low")).Translation.Held);
    }

    [Fact]
    public void Map_refuses_with_EIO_when_the_pool_is_full()
    {
        var mapped = MappedBoard.With(200_000, _bouncing).After(Attach("low"), Map("low"));

        var refusal = mapped.RefusalOf(new DmaCommand.Map("again", "low", DmaDirection.ToDevice));

        Assert.Equal((Errno.EIO, "low", "BouncePool"), (refusal.Errno, refusal.Importer, refusal.Field));
    }

    [Fact]
    public void Map_tells_of_an_importer_that_takes_pages_for_addresses()
    {
        var mapped = MappedBoard.With(Size, _translated).After(Attach("ttm"), Map("ttm")).FrameOf();

        Assert.Equal(HazardKind.PagesReadBehindTranslation, Assert.Single(mapped.Hazards).Kind);
    }

    [Fact]
    public void Release_gives_back_what_no_command_noted()
    {
        // As after a crash between the two writes of a map: the MMU holds a range, and the buffer knows nothing of it.
        var attached = MappedBoard.With(Size, _translated).After(Attach("vop"));
        var translation = attached.Translation.Map(
            attached.After(Map("vop")).FrameOf() is { Storage: { } storage } frame
                ? new DmaMapRequest(new(Frame, 0), "vop", "smmu", null, storage, Size, storage.AllocatedUnder, frame.Attachments[0].Takes, uint.MaxValue)
                : throw new InvalidOperationException()).Next;

        Assert.NotEmpty(translation.Held);
        Assert.Empty(translation.UnmapAll(Frame).Held);
        Assert.True(attached.After(Map("vop"), Unmap("vop"), Detach("vop")).FrameOf() with { } is { HasHadTranslated: true });
    }
}
