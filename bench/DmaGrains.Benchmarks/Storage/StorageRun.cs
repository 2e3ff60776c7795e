using System.Globalization;
using DmaGrains.Benchmarks.Hosting;
using DmaGrains.Storage;
using Microsoft.Data.Sqlite;
using Orleans.Storage;

namespace DmaGrains.Benchmarks.Storage;

/// <summary>
/// How many writes a second does each storage acknowledge, and how long does one take? Callers of the storage itself, each with a
/// state of its own. Rounds go through all storages in turn, so that whatever else the machine does falls on all.
/// </summary>
internal static class StorageRun
{
    public const string Name = "storage";

    private const int Rounds = 3;
    private const int StateBytes = 500;

    private static readonly int[] _callers = [1, 8, 64];

    /// <param name="args">A folder for the SQLite file, then optionally seconds for each measurement.</param>
    public static async Task<int> MainAsync(string[] args)
    {
        var folder = args.Length > 0 ? args[0] : Path.GetTempPath();
        var time = TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 2);
        var postgreSql = Environment.GetEnvironmentVariable("DMAGRAINS_POSTGRESQL");
        var redis = Environment.GetEnvironmentVariable("DMAGRAINS_REDIS");
        var file = Path.Combine(folder, $"bench-{Guid.NewGuid():N}.db");
        var yardstick = Path.Combine(folder, $"bench-{Guid.NewGuid():N}.db");

        var storages = new List<(string Name, Func<Func<Task>> Writer)>();
        var opened = new List<IAsyncDisposable>();
        async Task AddAsync(string name, StorageProvider provider)
        {
            var silo = await BenchmarkSilo.StartAsync(provider);
            opened.Insert(0, provider);
            opened.Insert(0, silo);
            storages.Add((name, () => WriterOf(silo.Storage)));
        }

        void AddYardstick(string name, BenchmarkSilo silo)
        {
            opened.Insert(0, silo);
            storages.Add((name, () => WriterOf(silo.Storage)));
        }

        await AddAsync("memory", StorageProvider.Memory);
        await AddAsync("sqlite", StorageProvider.OpenSqlite(file));
        AddYardstick("Orleans' ADO.NET, sqlite", await AdoNetYardstick.StartSqliteAsync(yardstick));
        if (postgreSql is not null)
        {
            await AddAsync("postgresql", await StorageProvider.OpenPostgreSqlAsync(postgreSql, CancellationToken.None));
            AddYardstick("Orleans' ADO.NET, postgresql", await AdoNetYardstick.StartPostgreSqlAsync(postgreSql));
        }

        if (redis is not null)
        {
            await AddAsync("redis", await StorageProvider.OpenRedisAsync(redis, CancellationToken.None));
        }

        await MeasureAsync(storages, time);
        foreach (var part in opened)
        {
            await part.DisposeAsync();
        }

        SqliteConnection.ClearAllPools();
        File.Delete(file);
        File.Delete(yardstick);
        await BesideStorageRun.RunAsync(folder, postgreSql, time);
        return 0;
    }

    private static async Task MeasureAsync(List<(string Name, Func<Func<Task>> Writer)> storages, TimeSpan time)
    {
        Console.WriteLine($"states of {StateBytes} bytes; best of {Rounds} rounds of {time.TotalSeconds} s");
        Console.WriteLine("| storage | callers | writes/s | p50, ms | p99, ms | max, ms |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var (_, writer) in storages)
        {
            // Compiled code, connections, prepared statements.
            await StorageSample.TakeAsync([.. Enumerable.Range(0, 64).Select(_ => writer())], time / 2);
        }

        foreach (var callers in _callers)
        {
            var best = new StorageSample[storages.Count];
            for (var round = 0; round < Rounds; round++)
            {
                for (var index = 0; index < storages.Count; index++)
                {
                    var writers = Enumerable.Range(0, callers).Select(_ => storages[index].Writer()).ToList();
                    var sample = await StorageSample.TakeAsync(writers, time);
                    best[index] = sample.PerSecond > best[index].PerSecond ? sample : best[index];
                }
            }

            for (var index = 0; index < storages.Count; index++)
            {
                var (perSecond, median, p99, max) = best[index];
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {storages[index].Name} | {callers} | {perSecond:n0} | {median:f2} | {p99:f2} | {max:f1} |"));
            }
        }
    }

    private static Func<Task> WriterOf(IGrainStorage storage)
    {
        var id = GrainId.Create("dma-buffer", $"bench/{Guid.NewGuid():N}");
        var state = new GrainState<StoredBytes>(new() { Bytes = new byte[StateBytes] });
        return () => storage.WriteStateAsync("buffer", id, state);
    }
}
