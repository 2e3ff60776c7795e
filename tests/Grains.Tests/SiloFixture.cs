using DmaGrains.Grains.Boards.Names;
using DmaGrains.Interfaces;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Testing;

[assembly: AssemblyFixture(typeof(DmaGrains.Grains.Tests.SiloFixture))]

namespace DmaGrains.Grains.Tests;

/// <summary>One silo for all tests; each test takes a board of its own.</summary>
public sealed class SiloFixture : IAsyncLifetime
{
    private DmaTestCluster? _cluster;

    public DmaTestCluster Cluster => _cluster!;

    public IGrainFactory Grains => _cluster!.Grains;

    public ClusterStorage Storage => _cluster!.Storage;

    public async ValueTask InitializeAsync() => _cluster = await DmaTestCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster!.DisposeAsync();

    /// <summary>
    /// A fresh board: GPU that takes anything, display that takes one run, disk of 16 segments of 64 KiB; 64 MiB of RAM in which
    /// every second page is free, and a contiguous area of 8 MiB.
    /// </summary>
    public async Task<string> NewBoardAsync() => (await _cluster!.SeedBoardAsync(BoardNamed("board"))).Name;

    /// <summary>The names of a board's buffers, read in pages of that many, in the order of the listing.</summary>
    public async Task<List<string>> BuffersOfAsync(string board, int page = 1000)
    {
        var names = new List<string>();
        await foreach (var listed in Grains.GetBoard(board).BufferPagesAsync(page))
        {
            names.AddRange(listed);
        }

        return names;
    }

    /// <summary>Takes all names out of a board's listing behind its back, as a crash of earlier builds could.</summary>
    public Task EmptyListingAsync(string board) =>
        _cluster!.WriteStateAsync(Grains.GetNameBucket(board, 0), "names", new NameBucketRecord());

    /// <summary>The names of all boards.</summary>
    public async Task<List<string>> BoardsAsync()
    {
        var names = new List<string>();
        await foreach (var listed in Grains.GetBoards().BoardPagesAsync())
        {
            names.AddRange(listed);
        }

        return names;
    }

    /// <summary>Waits until a write of a grain is held.</summary>
    public Task WaitForHeldWriteAsync(IAddressable grain) => _cluster!.WaitForAsync(
        seen => seen is ClusterEvent.WriteHeld held && held.Key == grain.GetGrainId().Key.ToString());

    /// <summary>That board's definition.</summary>
    public static BoardDefinition BoardNamed(string name) => new(
        name,
        "A board for tests",
        [
            new("ram", MemoryKind.System, new PageExtent(0x100, 16384), ReservedEveryPages: 2, ReservedPages: 1),
            new("cma", MemoryKind.Contiguous, new PageExtent(0x10000, 2048)),
        ],
        [
            new Device("gpu", new DeviceDmaParameters(uint.MaxValue, 0, 0)),
            new Device("display", null) { RequiresContiguous = true },
            new Device("disk", new DeviceDmaParameters(65536, 16, 0)),
        ]);

    /// <summary>An exported buffer of 1 MiB on a board.</summary>
    public async Task<IDmaBufferGrain> NewBufferAsync(string board, string name = "frame", ulong sizeBytes = 1 << 20)
    {
        var buffer = Grains.GetBuffer(board, name);
        var exported = await buffer.ExportAsync(new BufferExport(name, sizeBytes, "gpu"));
        Assert.True(exported.IsGranted);
        return buffer;
    }
}
