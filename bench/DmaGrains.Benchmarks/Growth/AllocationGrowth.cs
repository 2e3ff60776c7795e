using System.Globalization;
using DmaGrains.Benchmarks.Hosting;
using DmaGrains.Grains;
using DmaGrains.Grains.Boards;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Storage;

namespace DmaGrains.Benchmarks.Growth;

/// <summary>How fast does a board's memory allocate and free when many buffers hold pages of it?</summary>
internal static class AllocationGrowth
{
    private const ulong BufferBytes = 64 << 10;

    private const int Seed = 20150127;

    private static readonly Series _series = new("allocate + free by buffers of the board", [100, 10_000], [null, 3]);

    /// <param name="storage">Where the memory is kept.</param>
    public static async Task RunAsync(StorageProvider storage)
    {
        await using var silo = await BenchmarkSilo.StartAsync(storage);
        foreach (var isOldestFirst in (bool[])[true, false])
        {
            await MeasureAsync(silo.Grains, isOldestFirst);
        }
    }

    /// <summary>As a buffer comes, another goes: the oldest, as frames of a stream do, or any.</summary>
    private static async Task MeasureAsync(IGrainFactory grains, bool isOldestFirst)
    {
        var goes = isOldestFirst ? "the oldest goes" : "any goes";
        var boards = new Dictionary<int, (IMemoryForGrains Memory, List<AllocationToken> Held)>();
        foreach (var size in _series.Sizes)
        {
            var memory = grains.MemoryForGrains(string.Create(CultureInfo.InvariantCulture, $"{size}-{isOldestFirst}"));
            _ = (await memory.LayOutAsync([new("ram", MemoryKind.System, new PageExtent(0, 1 << 22), 64, 8)])).Value;
            var requests = Enumerable.Range(0, size).Select(index => RequestFor("held", index)).ToList();
            await Task.WhenAll(requests.Select(request => memory.AllocateAsync(request)));
            boards[size] = (memory, requests.ConvertAll(request => request.Token));
        }

        var any = new Random(Seed);
        foreach (var callers in (int[])[1, 16])
        {
            var named = _series with { Title = $"{_series.Title}, {goes}" };
            await named.MeasureAsync(rounds: 7, times: 500, callers, async (size, number) =>
            {
                var (memory, held) = boards[size];
                var request = RequestFor("newcomer", number);
                _ = (await memory.AllocateAsync(request)).Value;
                AllocationToken gone;
                lock (held)
                {
                    var index = isOldestFirst ? (int)(number % held.Count) : any.Next(held.Count);
                    (gone, held[index]) = (held[index], request.Token);
                }

                await memory.FreeAsync(gone);
            });
        }
    }

    private static AllocationRequest RequestFor(string name, long number) => new(
        new(string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"), 0),
        BufferBytes, DmaConstraints.Unconstrained, ulong.MaxValue, "gpu");
}
