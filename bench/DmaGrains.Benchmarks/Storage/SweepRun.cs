using System.Diagnostics;
using System.Globalization;
using DmaGrains.Benchmarks.Hosting;
using DmaGrains.Grains.Storage;
using DmaGrains.Interfaces;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Silo;
using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace DmaGrains.Benchmarks.Storage;

/// <summary>What does it cost to look for debts when a silo starts on a file with many live buffers and as many that are gone?</summary>
internal static class SweepRun
{
    /// <summary>Its name on the command line.</summary>
    public const string Name = "sweep";

    private const int Boards = 20;
    private const int Callers = 128;

    /// <param name="args">A folder for the file, and how many buffers live.</param>
    public static async Task<int> MainAsync(string[] args)
    {
        if (args is not [var folder, var number] || !int.TryParse(number, CultureInfo.InvariantCulture, out var live) || live % Boards != 0)
        {
            await Console.Error.WriteLineAsync(
                $"usage: DmaGrains.Benchmarks {Name} FOLDER BUFFERS\nBUFFERS: how many live, a multiple of {Boards}; as many are gone.");
            return ExitCode.Usage;
        }

        var file = Path.Combine(folder, $"bench-{Guid.NewGuid():N}.db");
        await FillAsync(file, live);
        var start = Stopwatch.GetTimestamp();
        await using (var storage = StorageProvider.OpenSqlite(file))
        {
            var opened = Stopwatch.GetElapsedTime(start);
            var reads = new Reads(live);
            await using var silo = await BenchmarkSilo.StartAsync(builder => Count(builder, storage, reads));
            var ready = Stopwatch.GetElapsedTime(start);
            var (allocated, cpu) = (GC.GetTotalAllocatedBytes(), Environment.CpuUsage.TotalTime);
            await reads.All;
            var swept = Stopwatch.GetElapsedTime(start) - ready;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{live} live buffers and {live} gone, a file of {new FileInfo(file).Length >> 20} MiB: opened in {opened.TotalSeconds:f1} s, "
                + $"silo ready after {(ready - opened).TotalSeconds:f1} s, all looked at {swept.TotalSeconds:f1} s later, "
                + $"with {(Environment.CpuUsage.TotalTime - cpu).TotalSeconds:f1} s of CPU time and {(GC.GetTotalAllocatedBytes() - allocated) >> 20} MiB allocated"));
        }

        File.Delete(file);
        return ExitCode.Good;
    }

    private static async Task FillAsync(string file, int live)
    {
        await using var storage = StorageProvider.OpenSqlite(file);
        await using var silo = await BenchmarkSilo.StartAsync(storage);
        for (var board = 0; board < Boards; board++)
        {
            _ = (await silo.Grains.GetBoard($"b{board}").DefineAsync(new(
                $"b{board}", "A board to sweep", [new("ram", MemoryKind.System, new PageExtent(0x100, 16384))], [new Device("gpu", null)]))).Value;
        }

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 2 * live),
            new ParallelOptions { MaxDegreeOfParallelism = Callers },
            async (number, cancellation) =>
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"f{number / Boards}");
                var buffer = silo.Grains.GetBuffer($"b{number % Boards}", name);
                _ = (await buffer.ExportAsync(new BufferExport(name, 4096), cancellation)).Value;
                if (number >= live)
                {
                    _ = (await buffer.ReleaseAsync(cancellationToken: cancellation)).Value;
                }
            });
    }

    private static void Count(ISiloBuilder silo, StorageProvider storage, Reads reads)
    {
        silo.AddDmaGrains(storage);
        var kept = silo.Services.Last(service => service.ServiceType == typeof(IGrainStorage) && Equals(service.ServiceKey, StorageNames.Default));
        silo.Services.AddKeyedSingleton<IGrainStorage>(
            StorageNames.Default, (services, key) => new CountedReads((IGrainStorage)kept.KeyedImplementationFactory!(services, key), reads));
    }

    /// <summary>Reads of buffers that have been, and the end of the last that is waited for.</summary>
    private sealed class Reads(int expected)
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public Task All => _all.Task;

        public void Add()
        {
            if (Interlocked.Increment(ref _count) == expected)
            {
                _all.SetResult();
            }
        }
    }

    private sealed class CountedReads(IGrainStorage storage, Reads reads) : IGrainStorage
    {
        public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            await storage.ReadStateAsync(stateName, grainId, grainState);
            if (stateName == "buffer")
            {
                reads.Add();
            }
        }

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
            storage.WriteStateAsync(stateName, grainId, grainState);

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
            storage.ClearStateAsync(stateName, grainId, grainState);
    }
}
