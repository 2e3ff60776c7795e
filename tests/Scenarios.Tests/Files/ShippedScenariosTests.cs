using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Scenarios.Tests.Files;

public class ShippedScenariosTests
{
    public static TheoryData<string> Scenarios => ShippedFiles.Scenarios;

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Read_gives_a_scenario_that_plays_as_it_says(string name)
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario(name));

        var play = ScenarioPlay.Of(scenario);

        Assert.Equal(name, scenario.Name);
        Assert.Empty(play.Surprises);
        play.Board.AssertInvariants();
    }

    [Fact]
    public void GpuAndDisplay_lies_in_one_contiguous_range()
    {
        var play = ScenarioPlay.Of(ScenarioFile.Read(ShippedFiles.Scenario("gpu-and-display")));

        var storage = play.Board.Buffer("frame")!.Storage!;

        Assert.Equal(["cma"], storage.Regions);
        Assert.Equal(8294400UL, Assert.Single(storage.Extents).SizeBytes);
    }

    [Fact]
    public void AttachOrder_gives_both_buffers_the_same_union_and_kind_of_storage()
    {
        var play = ScenarioPlay.Of(ScenarioFile.Read(ShippedFiles.Scenario("attach-order")));

        var gpuFirst = play.Board.Buffer("gpu-first")!;
        var displayFirst = play.Board.Buffer("display-first")!;

        Assert.Equal(gpuFirst.Constraints, displayFirst.Constraints);
        Assert.Equal(gpuFirst.Storage!.Regions, displayFirst.Storage!.Regions);
        Assert.Equal(gpuFirst.Storage.AllocatedUnder, displayFirst.Storage.AllocatedUnder);
        Assert.Equal(gpuFirst.Storage.Extents.Length, displayFirst.Storage.Extents.Length);
        Assert.NotEqual(
            gpuFirst.Attachments.MinBy(attachment => attachment.Sequence)!.Device,
            displayFirst.Attachments.MinBy(attachment => attachment.Sequence)!.Device);
    }

    [Fact]
    public void DeferredFlush_has_a_hazard_for_who_comes_before_the_flush_alone()
    {
        var play = ScenarioPlay.Of(ScenarioFile.Read(ShippedFiles.Scenario("deferred-flush")));

        Assert.DoesNotContain(play.Board.Buffer("late")!.Hazards, hazard => hazard.Kind == HazardKind.UnflushedCaches);
        Assert.Equal(
            ["cpu", "render"],
            play.Board.Buffer("early")!.Hazards.Where(hazard => hazard.Kind == HazardKind.UnflushedCaches).Select(hazard => hazard.Importer));
    }

    [Fact]
    public void OwnSpaces_gives_two_processes_the_same_addresses_over_what_the_system_MMU_gave_each()
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario("own-spaces"));

        // Up to where two hold a space and the third has not asked yet.
        var until = ScenarioPlay.Of(scenario with { Order = scenario.Order[..5] });
        var desktop = Assert.Single(until.Board.Buffer("desktop")!.Mappings).Mapped!.Stages;
        var game = Assert.Single(until.Board.Buffer("game")!.Mappings).Mapped!.Stages;

        Assert.Equal(["system-mmu", "gpu-mmu"], desktop.Select(stage => stage.Stage));
        Assert.NotEqual(desktop[0].Range, game[0].Range);
        Assert.Equal(desktop[1].Range, game[1].Range);
        Assert.NotEqual(desktop[1].Context, game[1].Context);
        Assert.StartsWith("desktop/", desktop[1].Space, StringComparison.Ordinal);
        Assert.Null(desktop[0].Space);
    }

    [Theory]
    [InlineData("cpu-barges-in", HazardKind.CpuAccessWhileDeviceOwns, HazardKind.DirtyDataLost)]
    [InlineData("wrong-sync", HazardKind.DirtyDataLost, HazardKind.StaleCpuRead)]
    [InlineData("mixed-coherency", HazardKind.StaleSnoop)]
    [InlineData("cpu-draws")]
    [InlineData("wrong-context", HazardKind.StaleTranslation)]
    public void Ownership_goes_wrong_as_the_scenario_says(string name, params HazardKind[] expected) => Assert.Equal(
        expected,
        ScenarioPlay.Of(ScenarioFile.Read(ShippedFiles.Scenario(name))).Board.Buffer("frame")!.Hazards.Select(hazard => hazard.Kind));

    [Fact]
    public void DetachRelaxes_ends_with_the_union_of_those_who_stayed()
    {
        var play = ScenarioPlay.Of(ScenarioFile.Read(ShippedFiles.Scenario("detach-relaxes")));

        var union = play.Board.Buffer("picture")!.Constraints;

        Assert.Equal((uint.MaxValue, 1u), (union.MaxSegmentSize, union.MaxSegmentCount));
    }

    [Fact]
    public void Fragmented_leaves_three_pieces_of_which_the_largest_is_8_MiB()
    {
        var play = ScenarioPlay.Of(ScenarioFile.Read(ShippedFiles.Scenario("fragmented")));

        var area = play.Board.Memory.Describe().Single(region => region.Kind == MemoryKind.Contiguous);

        Assert.Equal((3, 8UL << 20, 24UL << 20), (area.FreeRunCount, area.LargestFreeBytes, area.FreeBytes));
    }
}
