using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Translation;
using static DmaGrains.Model.Tests.Boards.AnyDevices;

namespace DmaGrains.Model.Tests.Boards;

public sealed class StageOwnershipTests
{
    private static readonly IommuStage _stage = new("s0", new(new(0x1000), new(0xffffff), 4096)) { Owner = StageOwner.Driver };

    [Fact]
    public void A_driver_may_own_the_tables_when_at_most_one_device_has_the_MMU_nearest_to_it() =>
        BehindStages.Sample(devices =>
        {
            // From the device, the first MMU on the way to memory is its own, or else that of its bus.
            var nearest = devices.Count(device => (device.Iommu ?? device.BusMmu) == "s0");
            var behind = devices.Count(device => device.Iommu == "s0") + devices.Count(device => device.BusMmu == "s0");

            var refusal = StageOwnership.Check(_stage, devices);

            Assert.Equal(behind == nearest && behind <= 1, refusal is null);
            Assert.True(refusal is null or { Errno: Errno.EBUSY, Field: "Owner" });
        });

    [Fact]
    public void The_DMA_API_may_own_any_tables() =>
        BehindStages.Sample(devices => StageOwnership.Check(_stage with { Owner = StageOwner.DmaApi }, devices) is null);

    [Fact]
    public void Another_device_behind_an_MMU_never_gives_its_tables_to_a_driver() =>
        BehindStages.Sample(devices =>
            StageOwnership.Check(_stage, devices) is null
            || StageOwnership.Check(_stage, [.. devices, Behind("more", "s0")]) is not null);

    [Theory]
    [InlineData("s0", null, "s0", null)]
    [InlineData("s0", null, null, "s0")]
    [InlineData(null, "s0", null, "s0")]
    public void Shared_tables_are_nobody_elses_and_no_importer_is_at_fault(string? own, string? bus, string? otherOwn, string? otherBus)
    {
        Device[] devices = [Behind("one", own, bus), Behind("two", otherOwn, otherBus)];

        Assert.Null(StageOwnership.Check(_stage, devices)!.Importer);
        Assert.All(devices, device => Assert.Null(StageOwnership.Check(_stage, [device])));
    }

    [Fact]
    public void Tables_below_an_MMU_of_the_devices_own_are_the_DMA_APIs() =>
        Assert.Equal("gpu", StageOwnership.Check(_stage, [Behind("gpu", "s1", "s0")])!.Importer);
}
