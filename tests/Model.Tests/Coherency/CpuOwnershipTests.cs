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

    private static CpuOwnership Owned => CpuOwnership.Fresh.Allocated();

    [Fact]
    public void Whoever_keeps_to_the_rules_reads_what_was_written_last_and_meets_no_hazard() =>
        Gen.Select(Gen.Int[0, 7], _use, Gen.Int[0, 9]).Array[1, 60].Sample(
            steps =>
            {
                var play = new CoherencyPlay();
                foreach (var (what, use, which) in steps)
                {
                    play.Do(what, use, which);
                }
            },
            iter: 20_000);

    [Fact]
    public void Work_done_and_work_saved_are_what_the_DMA_API_would_do_for_each_mapping() =>
        Gen.Select(Gen.Int[0, 7], _use, Gen.Int[0, 9]).Array[1, 60].Sample(
            steps =>
            {
                var play = new CoherencyPlay();
                foreach (var (what, use, which) in steps)
                {
                    play.Do(what, use, which);
                }

                return play.Work.Cleans + play.Work.Invalidates + play.Work.Saved == play.NaiveWork;
            },
            iter: 5_000);

    [Fact]
    public void Map_cleans_once_for_several_mappings()
    {
        var first = Owned.Map(_reader);
        var second = first.Next.Map(_both);

        Assert.Equal(CacheWork.Clean, first.Work);
        Assert.Equal(CacheWork.None.Saving(1), second.Work);
    }

    [Fact]
    public void Map_of_a_snooping_device_costs_nothing_and_leaves_the_cleaning_to_the_next()
    {
        var first = Owned.Map(_snooping);

        Assert.Equal(CacheWork.None, first.Work);
        Assert.Equal(CacheWork.Clean, first.Next.Map(_reader).Work);
    }

    [Fact]
    public void Unmap_invalidates_once_for_several_writers()
    {
        var mapped = Owned.Map(_writer).Next.Map(_both).Next;

        var first = mapped.Unmap(_writer, _both);
        var last = first.Next.Unmap(_both);

        Assert.Equal(CacheWork.None.Saving(1), first.Work);
        Assert.Equal(CacheWork.Invalidate, last.Work);
    }

    [Fact]
    public void Touch_is_a_hazard_while_devices_own_the_buffer()
    {
        var mapped = Owned.Map(_reader).Next;

        Assert.Equal(HazardKind.CpuAccessWhileDeviceOwns, mapped.Touch(DmaDirection.FromDevice, _reader).Hazard);
        Assert.Null(mapped.BeginCpuAccess(new("a", DmaDirection.FromDevice), _reader).Next.Touch(DmaDirection.FromDevice, _reader).Hazard);
        Assert.Null(mapped.Unmap(_reader).Next.Touch(DmaDirection.FromDevice).Hazard);
    }

    [Fact]
    public void Touch_reads_old_lines_when_the_access_was_begun_to_write_only()
    {
        var begun = Owned.Map(_writer).Next.BeginCpuAccess(new("a", DmaDirection.ToDevice), _writer).Next;

        Assert.Equal(HazardKind.StaleCpuRead, begun.Touch(DmaDirection.FromDevice, _writer).Hazard);
        Assert.Null(begun.Touch(DmaDirection.ToDevice, _writer).Hazard);
    }

    [Fact]
    public void Unmap_throws_away_what_the_CPU_wrote_while_the_device_owned_the_buffer()
    {
        var written = Owned.Map(_both).Next.Touch(DmaDirection.ToDevice, _both).Next;

        var unmapped = written.Unmap(_both);

        Assert.Equal(HazardKind.DirtyDataLost, unmapped.Hazard);
        Assert.False(unmapped.Next.IsDirty);
    }

    [Fact]
    public void BeginCpuAccess_to_read_throws_away_what_the_CPU_wrote_before()
    {
        var written = Owned.Map(_both).Next.Touch(DmaDirection.ToDevice, _both).Next;

        Assert.Equal(HazardKind.DirtyDataLost, written.BeginCpuAccess(new("a", DmaDirection.FromDevice), _both).Hazard);
        Assert.Null(written.BeginCpuAccess(new("a", DmaDirection.ToDevice), _both).Hazard);
    }

    [Fact]
    public void EndCpuAccess_throws_away_what_was_written_by_an_access_begun_to_read()
    {
        var begun = Owned.Map(_reader).Next.BeginCpuAccess(new("a", DmaDirection.FromDevice), _reader).Next;
        var written = begun.Touch(DmaDirection.ToDevice, _reader).Next;

        Assert.Equal(HazardKind.DirtyDataLost, written.EndCpuAccess("a", _reader).Hazard);
        Assert.Null(begun.EndCpuAccess("a", _reader).Hazard);
    }

    [Fact]
    public void Map_from_device_throws_away_what_an_open_access_wrote()
    {
        var written = Owned.BeginCpuAccess(new("a", DmaDirection.ToDevice)).Next.Touch(DmaDirection.ToDevice).Next;

        Assert.Equal(HazardKind.DirtyDataLost, written.Map(_writer).Hazard);
        Assert.Null(written.Map(_reader).Hazard);
        Assert.Null(written.EndCpuAccess("a").Next.Map(_writer).Hazard);
    }

    [Fact]
    public void Map_tells_when_one_device_snoops_what_another_writes_unseen()
    {
        Assert.Equal(HazardKind.StaleSnoop, Owned.Map(_writer).Next.Map(_snooping, _writer).Hazard);
        Assert.Equal(HazardKind.StaleSnoop, Owned.Map(_snooping).Next.Map(_writer, _snooping).Hazard);
        Assert.Null(Owned.Map(_reader).Next.Map(_snooping, _reader).Hazard);
    }
}
