using System.Globalization;
using DmaGrains.Benchmarks.Hosting;
using DmaGrains.Benchmarks.Model;
using DmaGrains.Benchmarks.Throughput;
using DmaGrains.Storage;
using Microsoft.Data.Sqlite;
using Orleans.Storage;

namespace DmaGrains.Benchmarks.Storage;

/// <summary>
/// What do durable commands cost beside the storage itself, and beside the same grains on Orleans' ADO.NET storage? 64 callers over
/// 10,000 buffers; the storage itself is given 10,000 states of its own in the same way. The best of some rounds that take turns.
/// </summary>
internal static class BesideStorageRun
{
    private const int Callers = 64;
    private const int Rounds = 3;

    // A small state, and one of a buffer with a full window of replies.
    private const int SmallBytes = 500;
    private const int BufferBytes = 1200;

    // The display, among the samples' devices.
    private const int StrictestDevice = 1;

    // Names are used once: these are behind those of the first round.
    private static long _number = 1_000_000;

    /// <param name="folder">For the SQLite files.</param>
    /// <param name="postgreSql">The database, or null.</param>
    /// <param name="time">For each measurement.</param>
    public static async Task RunAsync(string folder, string? postgreSql, TimeSpan time)
    {
        Console.WriteLine($"durable commands: {Callers} callers over 10,000 buffers; best of {Rounds} rounds of {time.TotalSeconds} s");
        Console.WriteLine("| storage | what | commands/s | writes/s | p50, ms | p99, ms |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        var file = Path.Combine(folder, $"bench-{Guid.NewGuid():N}.db");
        var yardstick = Path.Combine(folder, $"bench-{Guid.NewGuid():N}.db");
        var lines = await CompareAsync(
            "sqlite", StorageProvider.OpenSqlite(file), () => AdoNetYardstick.StartSqliteAsync(yardstick), (0.6, 5), time);
        SqliteConnection.ClearAllPools();
        File.Delete(file);
        File.Delete(yardstick);
        if (postgreSql is not null)
        {
            lines.AddRange(await CompareAsync(
                "postgresql",
                await StorageProvider.OpenPostgreSqlAsync(postgreSql, CancellationToken.None),
                () => AdoNetYardstick.StartPostgreSqlAsync(postgreSql),
                (0.8, null),
                time));
        }

        Console.WriteLine("| ratio | wanted | got |");
        Console.WriteLine("| --- | --- | --- |");
        lines.ForEach(Console.WriteLine);
    }

    private static async Task<List<string>> CompareAsync(
        string name,
        StorageProvider provider,
        Func<Task<BenchmarkSilo>> startYardstick,
        (double OfBare, double? OfYardstick) wanted,
        TimeSpan time)
    {
        await using var opened = provider;
        await using var silo = await BenchmarkSilo.StartAsync(provider);
        await using var yardstick = await startYardstick();
        var buffers = await Buffers.ExportAsync(silo.Grains, importers: 0);
        var others = await Buffers.ExportAsync(yardstick.Grains, importers: 0);
        var bare = Bare(silo.Storage, buffers.Count, SmallBytes);
        var bareBuffers = Bare(silo.Storage, buffers.Count, BufferBytes);

        // The first map of a buffer takes memory, for the device that asks most, so that every device can attach later. The first write
        // of a state makes a row.
        await OnceForEachAsync(buffers.BatchOfFour, buffers.Count);
        await OnceForEachAsync(bare, buffers.Count);
        await OnceForEachAsync(bareBuffers, buffers.Count);
        (string Storage, Workload Workload, int Commands, int Writes)[] all =
        [
            (name, bare, 1, 1),
            (name, buffers.TwoCalls, 2, 2),
            (name, buffers.FourCalls, 4, 4),
            (name, buffers.BatchOfFour, 4, 1),
            ($"Orleans' ADO.NET, {name}", others.TwoCalls, 2, 2),
            (name, bareBuffers, 1, 1),
        ];
        var best = new StorageSample[all.Length];
        for (var round = 0; round < Rounds; round++)
        {
            for (var index = 0; index < all.Length; index++)
            {
                var sample = await TakeAsync(all[index].Workload, time);
                best[index] = sample.PerSecond > best[index].PerSecond ? sample : best[index];
            }
        }

        for (var index = 0; index < all.Length; index++)
        {
            var (storage, workload, commands, writes) = all[index];
            var (perSecond, median, p99, _) = best[index];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {storage} | {workload.Name} | {perSecond * commands:n0} | {perSecond * writes:n0} | {median:f2} | {p99:f2} |"));
        }

        return
        [
            Ratio($"{name}: writes of attach and detach, of the bare storage's", wanted.OfBare, 2 * best[1].PerSecond / best[0].PerSecond),
            Ratio($"{name}: the same, of states as long as a buffer's", null, 2 * best[1].PerSecond / best[5].PerSecond),
            Ratio($"{name}: attach and detach, of the same on Orleans' ADO.NET", wanted.OfYardstick, best[1].PerSecond / best[4].PerSecond),
            Ratio($"{name}: commands in a batch of four, of four calls", 2.5, best[3].PerSecond / best[2].PerSecond),
        ];
    }

    private static string Ratio(string name, double? wanted, double got) => string.Create(
        CultureInfo.InvariantCulture, $"| {name} | {(wanted is { } least ? $"at least {least}" : "–")} | {got:f2} |");

    private static Task<StorageSample> TakeAsync(Workload workload, TimeSpan time) => StorageSample.TakeAsync(
        [.. Enumerable.Repeat(() => workload.RunAsync(Interlocked.Increment(ref _number)), Callers)], time);

    /// <summary>Numbers that are a device's only; as no device count divides the buffers', each buffer gets one of them.</summary>
    private static Task OnceForEachAsync(Workload workload, int count) => Parallel.ForEachAsync(
        Enumerable.Range(0, count),
        new ParallelOptions { MaxDegreeOfParallelism = Callers },
        async (index, _) => await workload.RunAsync(((long)index * Samples.Devices.Length) + StrictestDevice));

    private static Workload Bare(IGrainStorage storage, int count, int bytes)
    {
        var run = Guid.NewGuid();
        var states = Enumerable.Range(0, count).Select(index => (
            Id: GrainId.Create("dma-buffer", string.Create(CultureInfo.InvariantCulture, $"bench/{run:N}-{index}")),
            State: new GrainState<StoredBytes>(new() { Bytes = new byte[bytes] }))).ToArray();
        return new($"the storage itself, {bytes} bytes", number =>
        {
            var (id, state) = states[number % count];
            return storage.WriteStateAsync("buffer", id, state);
        });
    }
}
