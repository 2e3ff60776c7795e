using DmaGrains.Model.Buffers;
using static DmaGrains.Tests.Shared.SmallBoard;

namespace DmaGrains.Reports.Tests;

public sealed class OwnerReportTests
{
    private static readonly DmaCommand _begin = new DmaCommand.BeginCpuAccess("look", DmaDirection.FromDevice);

    [Fact]
    public void A_buffer_is_the_CPUs_until_it_is_mapped_and_after_it_is_unmapped()
    {
        var attached = OwnerReport.Of(BufferAfter(4096, Attach("gpu")));
        var unmapped = OwnerReport.Of(BufferAfter(
            4096, Attach("gpu"), Map("gpu", DmaDirection.ToDevice), new DmaCommand.Unmap("gpu")));

        Assert.Equal((OwnerReport.Cpu, 0), (attached.Owner, attached.Devices.Length));
        Assert.Equal(OwnerReport.Cpu, unmapped.Owner);
    }

    [Fact]
    public void A_mapped_buffer_is_the_devices_but_for_the_CPUs_accesses()
    {
        DmaCommand[] mapped = [Attach("gpu"), Attach("display"), Map("gpu", DmaDirection.FromDevice), Map("display", DmaDirection.ToDevice)];

        var before = OwnerReport.Of(BufferAfter(4096, [.. mapped]));
        var during = OwnerReport.Of(BufferAfter(4096, [.. mapped, _begin]));
        var after = OwnerReport.Of(BufferAfter(4096, [.. mapped, _begin, new DmaCommand.EndCpuAccess("look")]));

        Assert.Equal((OwnerReport.ByDevices, true), (before.Owner, before.CachesAreStale));
        Assert.Equal(["display", "gpu"], before.Devices);
        Assert.Equal((OwnerReport.Cpu, false), (during.Owner, during.CachesAreStale));
        Assert.Equal(new CpuAccessReport("look", "from-device"), Assert.Single(during.CpuAccesses));
        Assert.Equal((OwnerReport.ByDevices, 0), (after.Owner, after.CpuAccesses.Length));
    }

    [Fact]
    public void What_the_CPU_wrote_is_in_its_caches_until_it_is_cleaned()
    {
        DmaCommand touch = new DmaCommand.CpuAccess("draw", DmaDirection.ToDevice);
        DmaCommand[] mapped = [Attach("gpu"), Map("gpu", DmaDirection.ToDevice)];

        var dirty = OwnerReport.Of(BufferAfter(4096, [.. mapped, touch]));
        var cleaned = OwnerReport.Of(BufferAfter(
            4096,
            [
                .. mapped,
                new DmaCommand.BeginCpuAccess("w", DmaDirection.ToDevice),
                touch,
                new DmaCommand.EndCpuAccess("w"),
            ]));

        Assert.True(dirty.CachesAreDirty);
        Assert.False(cleaned.CachesAreDirty);
        Assert.True(cleaned.MemoryIsCurrent);
    }

    [Fact]
    public void Between_its_syncs_a_mapping_is_the_CPUs()
    {
        DmaCommand[] synced = [Attach("gpu"), Map("gpu", DmaDirection.FromDevice), new DmaCommand.SyncForCpu("s", "gpu")];

        var during = OwnerReport.Of(BufferAfter(4096, [.. synced]));
        var after = OwnerReport.Of(BufferAfter(4096, [.. synced, new DmaCommand.SyncForDevice("t", "gpu")]));

        Assert.Equal((OwnerReport.Cpu, 0, 0), (during.Owner, during.Devices.Length, during.Owed.Length));
        Assert.Equal(["gpu"], after.Devices);
    }

    [Fact]
    public void A_device_that_snoops_owns_what_it_has_mapped_but_does_not_keep_the_CPU_off()
    {
        var touched = BufferAfter(
            4096,
            Attach("blitter"),
            Map("blitter", DmaDirection.Bidirectional),
            new DmaCommand.CpuAccess("look", DmaDirection.Bidirectional));
        var owner = OwnerReport.Of(touched);

        Assert.Equal(OwnerReport.ByDevices, owner.Owner);
        Assert.Equal(["blitter"], owner.Devices);
        Assert.Empty(touched.Hazards);
    }

    [Fact]
    public void A_sync_of_a_device_that_snoops_hands_nothing_over()
    {
        var synced = OwnerReport.Of(BufferAfter(
            4096, Attach("blitter"), Map("blitter", DmaDirection.Bidirectional), new DmaCommand.SyncForCpu("s", "blitter")));

        Assert.Equal(OwnerReport.ByDevices, synced.Owner);
        Assert.Equal(["blitter"], synced.Devices);
    }

    [Fact]
    public void Raw_access_moves_no_ownership()
    {
        var taken = OwnerReport.Of(BufferAfter(4096, Attach("gpu"), new DmaCommand.GetPfns("numbers", "gpu")));

        Assert.Equal((OwnerReport.Cpu, 0), (taken.Owner, taken.Devices.Length));
    }
}
