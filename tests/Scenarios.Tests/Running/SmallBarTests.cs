using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Tests.Files;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Scenarios.Tests.Running;

/// <summary>The board of case 8 (tests/cases), whose GPU shows 256 MiB of its memory, under policies that the case does not run.</summary>
public sealed class SmallBarTests
{
    [Theory]
    [InlineData("first-attach-migrate", "[vram-hidden, vram-visible, normal]", "vram-visible", "ok", 1)]
    [InlineData("first-attach-migrate", "[vram-visible, normal]", "vram-visible", "ok", 0)]
    [InlineData("first-attach-migrate", "vram-hidden", "vram-hidden", "EREMOTEIO", 0)]
    [InlineData("migrate", "[vram-hidden, normal]", "normal", "ok", 1)]
    [InlineData("{allocation: first-attach, late_attach: migrate, pinned: true}", "[vram-hidden, normal]", "vram-hidden", "EBUSY", 0)]
    [InlineData("{constraints: none, allocation: first-attach, late_attach: migrate}", "[vram-hidden, normal]", "normal", "ok", 1)]
    public void A_disk_reaches_video_memory_outside_of_the_BAR_once_it_has_moved(
        string policy, string memory, string region, string answer, uint migrations)
    {
        var play = Play($$"""
            name: evict-to-gtt
            shows: At the map the memory moves to where the disk reaches it.
            board: {{Board}}
            policy: {{policy}}
            buffers: [{name: data, size: 64MiB, exporter: gpu, memory: {{memory}}}]
            importers:
              - {name: render, device: gpu, steps: [attach, map, unmap]}
              - {name: disk, device: nvme, steps: [attach, {map: data, direction: from-device, expect: {{answer}}}]}
            order: [render, render, render, disk, disk]
            """);

        Assert.Empty(play.Surprises);
        var data = play.Board.Buffer("data")!;
        Assert.Equal([region], data.Storage!.Regions);
        Assert.Equal((migrations, migrations * (64UL << 20)), (data.Costs.Migrations, data.Costs.BytesCopied));
    }

    private static string Board => Path.Combine(AppContext.BaseDirectory, "cases", "08-small-bar", "host.yaml");

    private static ScenarioPlay Play(string scenario)
    {
        using var folder = new TemporaryFolder();
        folder.Write("scenario.yaml", scenario);
        return ScenarioPlay.Of(ScenarioFile.Read(Path.Combine(folder.Path, "scenario.yaml")));
    }
}
