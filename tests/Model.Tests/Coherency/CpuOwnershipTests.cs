using CsCheck;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Coherency;

namespace DmaGrains.Model.Tests.Coherency;

public sealed class CpuOwnershipTests
{
    private static readonly Gen<DeviceUse> _use = Gen.Select(Gen.Bool, Gen.Enum<DmaDirection>(), (coherent, direction) =>
        new DeviceUse(coherent, direction));

    private static readonly DeviceUse _reader = new(false, DmaDirection.ToDevice);

    private static readonly DeviceUse _writer = new(false, DmaDirection.FromDevice);

    private static readonly DeviceUse _both = new(false, DmaDirection.Bidirectional);

    private static readonly DeviceUse _snooping = new(true, DmaDirection.Bidirectional);

    private static readonly DeviceUse _owed = _both with { Turn = MappingTurn.Owed };

    private static readonly DeviceUse _withCpu = _both with { Turn = MappingTurn.Cpu };

    private static readonly DeviceUse _filledByCpu = _writer with { Turn = MappingTurn.Cpu };

    private static CpuOwnership Owned => CpuOwnership.Fresh.Allocated();

    private static readonly Gen<(int What, DeviceUse Use, int Which)[]> _steps =
        Gen.Select(Gen.Int[0, 10], _use, Gen.Int[0, 9]).Array[1, 60];

    [Fact]
    public void Whoever_keeps_to_the_rules_reads_what_was_written_last_and_meets_no_hazard() =>
        _steps.Sample(steps => Played(steps, keepsToTheRules: true), iter: 30_000);

    [Fact]
    public void Whoever_reads_something_old_or_loses_something_has_a_hazard_on_record() =>
        _steps.Sample(
            steps => Played(steps, keepsToTheRules: false),
            iter: 30_000,
            print: steps => string.Join(" ", steps.Select(step => $"{step.What}:{(step.Use.Coherent ? "C" : "I")}{step.Use.Direction}:{step.Which}")));

    [Fact]
    public void Work_done_and_work_saved_are_what_the_DMA_API_would_do_for_each_mapping() =>
        _steps.Sample(
            steps =>
            {
                var play = Played(steps, keepsToTheRules: true);
                return play.Work.Cleans + play.Work.Invalidates + play.Work.Saved == play.NaiveWork;
            },
            iter: 10_000);

    [Fact]
    public void Map_cleans_once_for_several_mappings()
    {
        var first = Owned.BeginDeviceUse(_reader);
        var second = first.Next.BeginDeviceUse(_both);

        Assert.Equal(CacheWork.Clean, first.Work);
        Assert.Equal(CacheWork.None.Saving(1), second.Work);
    }

    [Fact]
    public void Map_of_a_snooping_device_costs_nothing_and_leaves_the_cleaning_to_the_next()
    {
        var first = Owned.BeginDeviceUse(_snooping);

        Assert.Equal(CacheWork.None, first.Work);
        Assert.Equal(CacheWork.Clean, first.Next.BeginDeviceUse(_reader).Work);
    }

    [Fact]
    public void Unmap_invalidates_once_for_several_writers()
    {
        var mapped = Owned.BeginDeviceUse(_writer).Next.BeginDeviceUse(_both).Next;

        var first = mapped.EndDeviceUse(_writer, _both);
        var last = first.Next.EndDeviceUse(_both);

        Assert.Equal(CacheWork.None.Saving(1), first.Work);
        Assert.Equal(CacheWork.Invalidate, last.Work);
    }

    [Fact]
    public void Touch_is_a_hazard_while_devices_own_the_buffer()
    {
        var mapped = Owned.BeginDeviceUse(_reader).Next;

        Assert.Equal(HazardKind.CpuAccessWhileDeviceOwns, mapped.AccessByCpu(DmaDirection.FromDevice, _reader).Hazard);
        Assert.Null(mapped.BeginCpuAccess(new("a", DmaDirection.FromDevice), _reader).Next.AccessByCpu(DmaDirection.FromDevice, _reader).Hazard);
        Assert.Null(mapped.EndDeviceUse(_reader).Next.AccessByCpu(DmaDirection.FromDevice).Hazard);
    }

    [Fact]
    public void Touch_reads_old_lines_when_the_access_was_begun_to_write_only()
    {
        var begun = Owned.BeginDeviceUse(_writer).Next.BeginCpuAccess(new("a", DmaDirection.ToDevice), _writer).Next;

        Assert.Equal(HazardKind.StaleCpuRead, begun.AccessByCpu(DmaDirection.FromDevice, _writer).Hazard);
        Assert.Null(begun.AccessByCpu(DmaDirection.ToDevice, _writer).Hazard);
    }

    [Fact]
    public void Unmap_throws_away_what_the_CPU_wrote_while_the_device_owned_the_buffer()
    {
        var written = Owned.BeginDeviceUse(_both).Next.AccessByCpu(DmaDirection.ToDevice, _both).Next;

        var unmapped = written.EndDeviceUse(_both);

        Assert.Equal(HazardKind.DirtyDataLost, unmapped.Hazard);
        Assert.False(unmapped.Next.IsDirty);
    }

    [Fact]
    public void BeginCpuAccess_to_read_throws_away_what_the_CPU_wrote_before()
    {
        var written = Owned.BeginDeviceUse(_both).Next.AccessByCpu(DmaDirection.ToDevice, _both).Next;

        Assert.Equal(HazardKind.DirtyDataLost, written.BeginCpuAccess(new("a", DmaDirection.FromDevice), _both).Hazard);
        Assert.Null(written.BeginCpuAccess(new("a", DmaDirection.ToDevice), _both).Hazard);
    }

    [Fact]
    public void EndCpuAccess_throws_away_what_was_written_by_an_access_begun_to_read()
    {
        var begun = Owned.BeginDeviceUse(_reader).Next.BeginCpuAccess(new("a", DmaDirection.FromDevice), _reader).Next;
        var written = begun.AccessByCpu(DmaDirection.ToDevice, _reader).Next;

        Assert.Equal(HazardKind.DirtyDataLost, written.EndCpuAccess("a", _reader).Hazard);
        Assert.Null(begun.EndCpuAccess("a", _reader).Hazard);
    }

    [Fact]
    public void Map_from_device_throws_away_what_an_open_access_wrote()
    {
        var written = Owned.BeginCpuAccess(new("a", DmaDirection.ToDevice)).Next.AccessByCpu(DmaDirection.ToDevice).Next;

        Assert.Equal(HazardKind.DirtyDataLost, written.BeginDeviceUse(_writer).Hazard);
        Assert.Null(written.BeginDeviceUse(_reader).Hazard);
        Assert.Null(written.EndCpuAccess("a").Next.BeginDeviceUse(_writer).Hazard);
    }

    [Fact]
    public void Map_tells_when_one_device_snoops_what_another_writes_unseen()
    {
        Assert.Equal(HazardKind.StaleSnoop, Owned.BeginDeviceUse(_writer).Next.BeginDeviceUse(_snooping, _writer).Hazard);
        Assert.Equal(HazardKind.StaleSnoop, Owned.BeginDeviceUse(_snooping).Next.BeginDeviceUse(_writer, _snooping).Hazard);
        Assert.Null(Owned.BeginDeviceUse(_reader).Next.BeginDeviceUse(_snooping, _reader).Hazard);
    }

    [Fact]
    public void A_deferred_map_costs_nothing_until_its_flush()
    {
        var mapped = Owned.BeginDeviceUse(_owed);
        var flushed = mapped.Next.SyncForDevice(_owed);

        Assert.Equal(MappingTurn.Owed, Owned.TurnOfDeferred(coherent: false));
        Assert.Equal(CacheWork.None, mapped.Work);
        Assert.Equal(CacheWork.Clean, flushed.Work);
        Assert.Null(flushed.Hazard);
        Assert.True(flushed.Next.IsStale);
    }

    [Fact]
    public void Nothing_is_owed_where_nothing_is_left_to_write_back_or_the_device_snoops()
    {
        Assert.Equal(MappingTurn.Device, Owned.BeginDeviceUse(_reader).Next.TurnOfDeferred(coherent: false));
        Assert.Equal(MappingTurn.Device, Owned.TurnOfDeferred(coherent: true));
    }

    [Fact]
    public void Another_map_or_the_end_of_a_CPU_access_sees_to_what_is_owed()
    {
        var owed = Owned.BeginDeviceUse(_owed).Next;
        var mapped = owed.BeginDeviceUse(_reader, _owed);
        var ended = owed.BeginCpuAccess(new("a", DmaDirection.ToDevice), _owed).Next.EndCpuAccess("a", _owed);

        Assert.Equal((CacheWork.Clean.Saving(1), true), (mapped.Work, mapped.SeesToOwed));
        Assert.Equal((CacheWork.Clean.Saving(1), true), (ended.Work, ended.SeesToOwed));
        Assert.True(ended.Next.IsStale);
        Assert.False(owed.BeginDeviceUse(_snooping, _owed).SeesToOwed);
    }

    [Fact]
    public void A_device_that_is_done_before_the_flush_has_come_too_early()
    {
        var owed = Owned.AccessByCpu(DmaDirection.ToDevice).Next.BeginDeviceUse(_owed).Next;

        Assert.Equal(HazardKind.UnflushedCaches, owed.EndDeviceUse(_owed).Hazard);
        Assert.Equal(HazardKind.UnflushedCaches, owed.SyncForCpu(_owed).Hazard);
        Assert.False(owed.EndDeviceUse(_owed).Next.IsDirty);
        var reads = _reader with { Turn = MappingTurn.Owed };
        Assert.Equal(HazardKind.UnflushedCaches, Owned.BeginDeviceUse(reads).Next.EndDeviceUse(reads).Hazard);
        Assert.Null(owed.SyncForDevice(_owed).Next.EndDeviceUse(_both).Hazard);
    }

    [Fact]
    public void A_CPU_that_comes_before_the_flush_is_a_hazard_unless_it_begins_to_write()
    {
        var owed = Owned.BeginDeviceUse(_owed).Next;

        Assert.Equal(HazardKind.UnflushedCaches, owed.AccessByCpu(DmaDirection.FromDevice, _owed).Hazard);
        Assert.Equal(HazardKind.UnflushedCaches, owed.AccessByCpu(DmaDirection.ToDevice, _owed).Hazard);
        Assert.Equal(HazardKind.UnflushedCaches, owed.BeginCpuAccess(new("a", DmaDirection.FromDevice), _owed).Hazard);
        Assert.Null(owed.BeginCpuAccess(new("a", DmaDirection.ToDevice), _owed).Hazard);
    }

    [Fact]
    public void Between_its_syncs_a_mapping_is_the_CPUs()
    {
        var synced = Owned.BeginDeviceUse(_both).Next.SyncForCpu(_both);
        var written = synced.Next.AccessByCpu(DmaDirection.Bidirectional, _withCpu);

        Assert.Equal(CacheWork.Invalidate, synced.Work);
        Assert.Null(written.Hazard);
        Assert.Equal(CacheWork.Clean, written.Next.SyncForDevice(_withCpu).Work);
        Assert.Equal(HazardKind.CpuAccessWhileDeviceOwns, synced.Next.AccessByCpu(DmaDirection.FromDevice, _withCpu, _reader).Hazard);
    }

    [Fact]
    public void What_the_CPU_wrote_in_its_turn_is_lost_to_an_unmap_and_to_a_sync_that_discards()
    {
        var written = Owned.BeginDeviceUse(_both).Next.SyncForCpu(_both).Next.AccessByCpu(DmaDirection.ToDevice, _withCpu).Next;
        var filled = Owned.BeginDeviceUse(_writer).Next.SyncForCpu(_writer).Next.AccessByCpu(DmaDirection.ToDevice, _filledByCpu).Next;

        Assert.Equal(HazardKind.DirtyDataLost, written.EndDeviceUse(_withCpu).Hazard);
        Assert.Equal(HazardKind.DirtyDataLost, written.SyncForCpu(_withCpu).Hazard);
        Assert.Equal(HazardKind.DirtyDataLost, written.BeginCpuAccess(new("a", DmaDirection.FromDevice), _withCpu).Hazard);
        Assert.Equal(HazardKind.DirtyDataLost, filled.SyncForDevice(_filledByCpu).Hazard);
        Assert.Null(written.SyncForDevice(_withCpu).Next.EndDeviceUse(_both).Hazard);
    }

    [Fact]
    public void Devices_that_snoop_do_not_keep_the_CPU_off()
    {
        var snooped = Owned.BeginDeviceUse(_reader).Next.BeginDeviceUse(_snooping, _reader).Next.EndDeviceUse(_reader, _snooping).Next;
        var written = snooped.AccessByCpu(DmaDirection.Bidirectional, _snooping);

        Assert.Null(written.Hazard);
        Assert.Null(written.Next.EndDeviceUse(_snooping).Hazard);

        // What it wrote is not taken for written back: a device that does not snoop comes next.
        Assert.Equal(CacheWork.Clean, written.Next.BeginDeviceUse(_reader, _snooping).Work);
        Assert.Equal(HazardKind.CpuAccessWhileDeviceOwns, Owned.BeginDeviceUse(_reader).Next.AccessByCpu(DmaDirection.FromDevice, _reader, _snooping).Hazard);
    }

    private static CoherencyPlay Played((int What, DeviceUse Use, int Which)[] steps, bool keepsToTheRules)
    {
        var play = new CoherencyPlay(keepsToTheRules);
        foreach (var (what, use, which) in steps)
        {
            play.Do(what, use, which);
        }

        play.End();
        return play;
    }
}
