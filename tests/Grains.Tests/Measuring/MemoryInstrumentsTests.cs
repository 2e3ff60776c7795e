using DmaGrains.Grains.Measuring;
using DmaGrains.Interfaces;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Grains.Tests.Measuring;

[Collection(nameof(Alone))]
public sealed class MemoryInstrumentsTests(SiloFixture silo)
{
    private const ulong MiB = 1 << 20;

    [Fact]
    public async Task Regions_tell_what_is_free_and_held_and_was_held_at_most()
    {
        var board = await AreaAsync();
        await HoldAsync(board, "first", 3);
        await HoldAsync(board, "second", 2);
        await silo.Grains.GetBuffer(board, "first").ReleaseAsync();

        Assert.Equal([new(board, "cma", MemoryKind.Contiguous, Free: 6 * MiB, LargestFree: 3 * MiB, Held: 2 * MiB, HighWater: 5 * MiB)], RegionsOf(board));
    }

    [Fact]
    public async Task Memory_that_is_laid_out_anew_begins_anew()
    {
        var board = await AreaAsync();
        await HoldAsync(board, "first", 3);
        await silo.Grains.GetBuffer(board, "first").ReleaseAsync();
        Assert.True((await silo.Grains.GetBoard(board).ReplaceAsync(Area(board) with
        {
            Memory = [new("other", MemoryKind.Contiguous, new PageExtent(0x10000, 1024))],
        })).IsGranted);

        Assert.Equal([new(board, "other", MemoryKind.Contiguous, Free: 4 * MiB, LargestFree: 4 * MiB, Held: 0, HighWater: 0)], RegionsOf(board));
    }

    [Fact]
    public async Task Refusal_by_fragmentation_alone_is_told_from_one_for_size()
    {
        var board = await AreaAsync();
        await HoldAsync(board, "first", 3);
        await HoldAsync(board, "second", 2);
        await HoldAsync(board, "third", 3);
        await silo.Grains.GetBuffer(board, "first").ReleaseAsync();
        await silo.Grains.GetBuffer(board, "third").ReleaseAsync();
        using var readings = new Readings();

        Assert.False(await MapsAsync(board, "fourth", 5));
        Assert.False(await MapsAsync(board, "fifth", 7));
        Assert.False(await MapsAsync(board, "sixth", 9));
        Assert.True(await MapsAsync(board, "seventh", 3));

        Assert.Equal([" = 1"], readings.Of("dmagrains.memory.fragmentation_failures"));
        Assert.Equal(["ENOMEM = 3", "granted = 1"], readings.Of("dmagrains.memory.allocations"));
    }

    [Fact]
    public void Number_of_series_is_bounded_whatever_boards_there_are()
    {
        MeasuredMemory[] many = [.. Enumerable.Range(0, RegionSum.NamedMax + 2).Select(number => new MeasuredMemory($"b{number}"))];
        Array.ForEach(many, board => board.Set(PhysicalMemory.Create([new("cma", MemoryKind.Contiguous, new PageExtent(0, 256))]).Value));

        var sums = RegionSum.Of(many.Reverse()).ToList();

        Assert.Equal(RegionSum.NamedMax + 1, sums.Count);
        Assert.Equal(new("b0", "cma", MemoryKind.Contiguous, MiB, MiB, 0, 0), sums[0]);
        Assert.Equal(new(RegionSum.Others, RegionSum.Others, MemoryKind.Contiguous, 2 * MiB, MiB, 0, 0), sums[^1]);
    }

    [Fact]
    public async Task Grains_are_counted_while_they_are_active()
    {
        var board = await AreaAsync();
        using var readings = new Readings();
        readings.Look();
        var before = Active(readings, "memory");
        Assert.True(before > 0);

        await silo.Cluster.DeactivateAsync(silo.Grains.GetMemory(board));
        readings.Look();

        Assert.Equal(before - 1, Active(readings, "memory"));
        Assert.DoesNotContain(MemoryInstruments.Memories, memory => memory.Board == board);
    }

    private static int Active(Readings readings, string grain) => int.Parse(
        Assert.Single(readings.Of("gauge dmagrains.grain.activations"), line => line.StartsWith($"{grain} = ", StringComparison.Ordinal)).Split(" = ")[1],
        System.Globalization.CultureInfo.InvariantCulture);

    private static IEnumerable<RegionSum> RegionsOf(string board) => RegionSum.Of(MemoryInstruments.Memories.Where(memory => memory.Board == board));

    private static BoardDefinition Area(string name) => new(
        name,
        "An area",
        [new("cma", MemoryKind.Contiguous, new PageExtent(0x10000, 2048))],
        [new Device("display", null) { RequiresContiguous = true }]);

    private async Task<string> AreaAsync() => (await silo.Cluster.SeedBoardAsync(Area("area"))).Name;

    private async Task HoldAsync(string board, string name, ulong mebibytes) => Assert.True(await MapsAsync(board, name, mebibytes));

    private async Task<bool> MapsAsync(string board, string name, ulong mebibytes)
    {
        var buffer = silo.Grains.GetBuffer(board, name);
        Assert.True((await buffer.ExportAsync(new(name, mebibytes * MiB, "display"))).IsGranted);
        Assert.True((await buffer.AttachAsync("a", "display")).IsGranted);
        if (!(await buffer.MapAttachmentAsync("m", "a", DmaDirection.Bidirectional)).IsGranted)
        {
            return false;
        }

        Assert.True((await buffer.UnmapAttachmentAsync("m")).IsGranted);
        return (await buffer.DetachAsync("a")).IsGranted;
    }
}
