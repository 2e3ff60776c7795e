using System.Globalization;
using DmaGrains.Benchmarks.Hosting;
using DmaGrains.Interfaces;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Benchmarks.Growth;

/// <summary>How fast does a board's memory allocate and free when many buffers hold pages of it?</summary>
internal static class AllocationGrowth
{
    private const ulong BufferBytes = 64 << 10;

    private static readonly Series _series = new("allocate + free by buffers of the board", [100, 10_000], [null, 3]);

    public static async Task RunAsync()
    {
        await using var silo = await BenchmarkSilo.StartAsync(BenchmarkStorage.Memory);
        var boards = new Dictionary<int, IMemoryGrain>();
        foreach (var size in _series.Sizes)
        {
            var memory = silo.Grains.GetMemory(string.Create(CultureInfo.InvariantCulture, $"of-{size}"));
            _ = (await memory.LayOutAsync([new("ram", MemoryKind.System, new PageExtent(0, 1 << 22), 64, 8)])).Value;
            for (var index = 0; index < size; index++)
            {
                _ = (await memory.AllocateAsync(RequestFor("held", index))).Value;
            }

            boards[size] = memory;
        }

        foreach (var callers in (int[])[1, 16])
        {
            // The oldest goes as the newest comes, as where buffers live for a while.
            await _series.MeasureAsync(rounds: 9, times: 1000, callers, async (size, number) =>
            {
                _ = (await boards[size].AllocateAsync(RequestFor("newcomer", number))).Value;
                await boards[size].FreeAsync(RequestFor("newcomer", number).Token);
            });
        }
    }

    private static AllocationRequest RequestFor(string name, long number) => new(
        new(string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"), 0),
        BufferBytes, DmaConstraints.Unconstrained, ulong.MaxValue, "gpu");
}
