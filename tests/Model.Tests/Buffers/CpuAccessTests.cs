using DmaGrains.Model.Buffers;
using DmaGrains.Model.Coherency;
using DmaGrains.Model.Tests.Boards;
using DmaGrains.Tests.Shared;
using static DmaGrains.Model.Tests.Boards.MappedBoard;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class CpuAccessTests
{
    private const ulong Size = 100_000;

    [Fact]
    public void A_frame_drawn_by_the_CPU_and_scanned_out_costs_one_clean()
    {
        var shown = MappedBoard.With(Size).After(
            Attach("wide"), To("wide"), Begin("draw", DmaDirection.ToDevice), Touch("pixels", DmaDirection.ToDevice), End("draw"),
            Unmap("wide")).FrameOf();

        // One at the map, for the zeroes of the new pages, and one for the drawing.
        Assert.Equal((2UL, 0UL), (shown.Costs.CacheCleans, shown.Costs.CacheInvalidates));
        Assert.Empty(shown.Hazards);
    }

    [Fact]
    public void CpuAccess_while_devices_own_the_buffer_is_on_record_once()
    {
        var touched = MappedBoard.With(Size).After(
            Attach("wide"), To("wide"), Touch("a", DmaDirection.FromDevice), Touch("b", DmaDirection.FromDevice)).FrameOf();

        var hazard = Assert.Single(touched.Hazards);
        Assert.Equal((HazardKind.CpuAccessWhileDeviceOwns, "cpu"), (hazard.Kind, hazard.Importer));
    }

    [Fact]
    public void CpuAccess_refuses_with_EBADF_when_the_buffer_is_gone_and_its_pages_are_not_yet_given_back()
    {
        var attached = MappedBoard.With(Size).After(Attach("wide"), To("wide"), Unmap("wide"), new DmaCommand.Release());
        var gone = attached.FrameOf().Apply(Detach("wide"), null, null).Next;

        Assert.Null(attached.Execute(Frame, Touch("a", DmaDirection.ToDevice)).Reply.Refusal);
        Assert.NotNull(gone.Storage);
        Assert.Equal(Errno.EBADF, gone.Apply(Touch("a", DmaDirection.ToDevice), null, null).Reply.Refusal!.Errno);
        Assert.Equal(Errno.EBADF, gone.Settled().Apply(Begin("b", DmaDirection.ToDevice), null, null).Reply.Refusal!.Errno);
    }

    [Fact]
    public void CpuAccess_that_writes_while_a_device_writes_is_lost_at_the_unmap()
    {
        var lost = MappedBoard.With(Size).After(Attach("wide"), Map("wide"), Touch("a", DmaDirection.ToDevice), Unmap("wide")).FrameOf();

        Assert.Equal(
            [(HazardKind.CpuAccessWhileDeviceOwns, "cpu"), (HazardKind.DirtyDataLost, "wide")],
            lost.Hazards.Select(hazard => (hazard.Kind, hazard.Importer)));
    }

    [Fact]
    public void Map_of_several_importers_cleans_once()
    {
        var mapped = MappedBoard.With(Size).After(Attach("wide"), Attach("gpu"), Attach("nic"), Map("nic"), To("wide"), To("gpu")).FrameOf();

        Assert.Equal((1UL, 1UL), (mapped.Costs.CacheCleans, mapped.Costs.CacheWorkSaved));
    }

    [Fact]
    public void Raw_access_leaves_the_caches_alone()
    {
        var held = MappedBoard.With(Size).After(Attach("wide"), GetScatterlist("wide"), Touch("a", DmaDirection.ToDevice)).FrameOf();

        Assert.Equal((0UL, 0UL), (held.Costs.CacheCleans, held.Costs.CacheInvalidates));
        Assert.Empty(held.Hazards);
    }

    [Fact]
    public void Flush_does_what_a_deferred_map_owes_once()
    {
        var owed = MappedBoard.With(Size).After(Attach("gpu"), Later("gpu"));
        var flushed = owed.After(new DmaCommand.Flush("gpu"));

        Assert.Equal(MappingTurn.Owed, owed.FrameOf().Mappings[0].Turn);
        Assert.Equal(0UL, owed.FrameOf().Costs.CacheCleans);
        Assert.Equal(MappingTurn.Device, flushed.FrameOf().Mappings[0].Turn);
        Assert.Equal(1UL, flushed.FrameOf().Costs.CacheCleans);
        Assert.Same(flushed, flushed.After(new DmaCommand.Flush("gpu")));
        Assert.DoesNotContain(flushed.After(Unmap("gpu")).FrameOf().Hazards, hazard => hazard.Kind == HazardKind.UnflushedCaches);
    }

    [Fact]
    public void Flush_of_what_owes_nothing_is_granted_and_costs_nothing()
    {
        var mapped = MappedBoard.With(Size).After(Attach("gpu"), SmallBoard.Map("gpu"));

        Assert.Same(mapped, mapped.After(new DmaCommand.Flush("gpu")));
    }

    [Fact]
    public void A_device_that_comes_before_the_flush_is_on_record()
    {
        var done = MappedBoard.With(Size).After(Attach("gpu"), Later("gpu"), Unmap("gpu")).FrameOf();

        var hazard = Assert.Single(done.Hazards, hazard => hazard.Kind == HazardKind.UnflushedCaches);
        Assert.Equal(("gpu", "gpu"), (hazard.Importer, hazard.Attachment));
    }

    [Fact]
    public void A_CPU_that_comes_before_the_flush_is_on_record()
    {
        var touched = MappedBoard.With(Size).After(Attach("gpu"), Later("gpu"), Touch("a", DmaDirection.ToDevice)).FrameOf();

        var hazard = Assert.Single(touched.Hazards);
        Assert.Equal((HazardKind.UnflushedCaches, "cpu", ""), (hazard.Kind, hazard.Importer, hazard.Attachment));
        Assert.Contains("before gpu flushed", hazard.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_map_flushes_for_all_who_owe()
    {
        var mapped = MappedBoard.With(Size).After(Attach("gpu"), Attach("wide"), Later("gpu"), To("wide")).FrameOf();

        Assert.All(mapped.Mappings, mapping => Assert.Equal(MappingTurn.Device, mapping.Turn));
        Assert.Equal((1UL, 1UL), (mapped.Costs.CacheCleans, mapped.Costs.CacheWorkSaved));
    }

    [Fact]
    public void A_revoked_buffer_is_not_flushed_any_more_and_its_unmap_is_no_hazard_of_that()
    {
        var revoked = MappedBoard.With(Size).After(Attach("gpu"), Later("gpu"), new DmaCommand.Revoke());

        Assert.Equal((Errno.ENODEV, "Buffer"), PartsOf(revoked.RefusalOf(new DmaCommand.Flush("gpu"))));
        Assert.Equal((Errno.ENODEV, "Buffer"), PartsOf(revoked.RefusalOf(new DmaCommand.SyncForDevice("s", "gpu"))));
        Assert.DoesNotContain(revoked.After(Unmap("gpu")).FrameOf().Hazards, hazard => hazard.Kind == HazardKind.UnflushedCaches);
    }

    [Fact]
    public void Flush_and_syncs_refuse_what_is_no_mapping()
    {
        var raw = MappedBoard.With(Size).After(Attach("wide"), GetScatterlist("wide"));

        DmaCommand[] commands =
        [
            new DmaCommand.Flush("wide"), new DmaCommand.SyncForDevice("s", "wide"), new DmaCommand.SyncForCpu("s", "wide"),
            new DmaCommand.Flush("none"), new DmaCommand.SyncForDevice("s", "none"), new DmaCommand.SyncForCpu("s", "none"),
        ];
        Assert.All(commands, command => Assert.Equal((Errno.EINVAL, "Mapping"), PartsOf(raw.RefusalOf(command))));
        Assert.Equal((Errno.EINVAL, "Sync"), PartsOf(raw.RefusalOf(new DmaCommand.SyncForCpu("a/b", "none"))));
        Assert.Equal((Errno.EINVAL, "Sync"), PartsOf(raw.RefusalOf(new DmaCommand.SyncForDevice("", "none"))));
    }

    [Fact]
    public void Between_syncs_the_CPU_may_look_at_what_a_device_keeps_mapped()
    {
        var mapped = MappedBoard.With(Size).After(Attach("wide"), SmallBoard.Map("wide"));
        var synced = mapped.After(new DmaCommand.SyncForCpu("s1", "wide"), Touch("a", DmaDirection.Bidirectional));
        var back = synced.After(new DmaCommand.SyncForDevice("s2", "wide")).FrameOf();

        Assert.Empty(back.Hazards);
        Assert.Equal((2UL, 1UL), (back.Costs.CacheCleans, back.Costs.CacheInvalidates));
        Assert.Equal(MappingTurn.Cpu, synced.FrameOf().Mappings[0].Turn);
        Assert.Equal(MappingTurn.Device, back.Mappings[0].Turn);
        Assert.Equal(
            HazardKind.DirtyDataLost, Assert.Single(synced.After(Unmap("wide")).FrameOf().Hazards).Kind);
    }

    [Fact]
    public void A_device_that_snoops_keeps_nobody_off_and_owes_nothing()
    {
        var snooped = MappedBoard.With(Size).After(
            Attach("nic"), SmallBoard.Map("nic"), Touch("a", DmaDirection.Bidirectional), new DmaCommand.SyncForCpu("s", "nic"),
            Touch("b", DmaDirection.Bidirectional), Unmap("nic"), Touch("c", DmaDirection.FromDevice)).FrameOf();

        Assert.Empty(snooped.Hazards);
        Assert.Equal(default, snooped.Costs with { ListsBuilt = 0 });
    }

    [Theory]
    [InlineData(MapOptions.RequireCoherent, Errno.EOPNOTSUPP, "Coherent")]
    [InlineData(MapOptions.DeferFlush, Errno.EOPNOTSUPP, "Options")]
    [InlineData(MapOptions.OwnSpace, Errno.EOPNOTSUPP, "Options")]
    [InlineData((MapOptions)64, Errno.EINVAL, "Options")]
    public void Map_refuses_options_that_the_device_cannot_give(MapOptions options, Errno errno, string field)
    {
        var refusal = MappedBoard.With(Size).After(Attach("wide")).RefusalOf(Map("wide", options));

        Assert.Equal((errno, field), (refusal.Errno, refusal.Field));
    }

    [Fact]
    public void Map_with_options_is_another_map()
    {
        var mapped = MappedBoard.With(Size).After(Attach("nic"), Map("nic", MapOptions.RequireCoherent));

        Assert.Equal(Errno.EEXIST, mapped.RefusalOf(SmallBoard.Map("nic")).Errno);
        Assert.Same(mapped, mapped.After(Map("nic", MapOptions.RequireCoherent)));
    }

    [Fact]
    public void BeginCpuAccess_again_under_the_same_name_changes_nothing()
    {
        var begun = MappedBoard.With(Size).After(Attach("wide"), Map("wide"), Begin("a", DmaDirection.FromDevice));

        Assert.Same(begun, begun.After(Begin("a", DmaDirection.FromDevice)));
        Assert.Equal((Errno.EEXIST, "Access"), PartsOf(begun.RefusalOf(Begin("a", DmaDirection.ToDevice))));
    }

    [Fact]
    public void BeginCpuAccess_refuses_with_ENOSPC_when_too_many_are_open()
    {
        var begun = MappedBoard.With(Size).After([
            Attach("wide"), Map("wide"), .. Enumerable.Range(0, 64).Select(index => Begin($"a{index}", DmaDirection.FromDevice))]);

        Assert.Equal((Errno.ENOSPC, "Access"), PartsOf(begun.RefusalOf(Begin("more", DmaDirection.FromDevice))));
        Assert.Same(begun, begun.After(Begin("a7", DmaDirection.FromDevice)));
    }

    [Fact]
    public void CPU_access_is_refused_where_it_cannot_be()
    {
        var unmapped = MappedBoard.With(Size);
        var stolen = MappedBoard.With(Size, null, "stolen").After(Attach("gpu"), Map("gpu"));
        var revoked = unmapped.After(Attach("wide"), Map("wide"), new DmaCommand.Revoke());

        Assert.Equal((Errno.EINVAL, "Storage"), PartsOf(unmapped.RefusalOf(Begin("a", DmaDirection.ToDevice))));
        Assert.Equal((Errno.EINVAL, "Memory"), PartsOf(stolen.RefusalOf(Touch("a", DmaDirection.ToDevice))));
        Assert.Equal((Errno.ENODEV, "Buffer"), PartsOf(revoked.RefusalOf(Begin("a", DmaDirection.ToDevice))));
        Assert.Equal((Errno.EINVAL, "Access"), PartsOf(revoked.RefusalOf(End("never"))));
        Assert.Equal((Errno.EINVAL, "Direction"), PartsOf(unmapped.RefusalOf(Begin("a", (DmaDirection)3))));
        Assert.Equal((Errno.EINVAL, "Access"), PartsOf(unmapped.RefusalOf(Begin("a/b", DmaDirection.ToDevice))));
    }

    private static (Errno Errno, string? Field) PartsOf(Refusal refusal) => (refusal.Errno, refusal.Field);

    private static DmaCommand.Map Later(string device) => Map(device, MapOptions.DeferFlush);

    private static DmaCommand.Map To(string device) => new(device, device, DmaDirection.ToDevice);

    private static DmaCommand.Map Map(string device, MapOptions options) =>
        new(device, device, DmaDirection.Bidirectional) { Options = options };

    private static DmaCommand Map(string device) => SmallBoard.Map(device);
}
