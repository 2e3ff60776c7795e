using System.Globalization;
using System.Text.Json;
using DmaGrains.Benchmarks.Hosting;
using DmaGrains.Silo;
using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace DmaGrains.Benchmarks.Durable;

/// <summary>
/// The process that <see cref="DurableRun"/> measures: a silo with buffers, bare grains and empty ones. It reads a line for each measurement, such as
/// <c>full;512;3;durable command</c> (callers, seconds) or <c>open;20000;3;bare append</c> (operations begun in a second, seconds), and writes
/// its <see cref="LoadSample"/> as JSON. It is of one build; to compare builds, each has its own.
/// </summary>
internal static class DurableWorker
{
    /// <summary>Its name on the command line.</summary>
    public const string Name = "durable-worker";

    /// <summary>What it writes first, when it can measure.</summary>
    public const string Ready = "ready";

    /// <param name="args">A folder for its files, and a storage's setting: <c>sqlite</c>, or a database with what it is told.</param>
    public static async Task<int> MainAsync(string[] args)
    {
        var (folder, storage, where) = (args[0], args[1], args.ElementAtOrDefault(2) ?? string.Empty);
        using var log = new BareLog(Path.Combine(folder, "bare.db"));
        await using var provider = storage switch
        {
            DurableStorage.Sqlite => StorageProvider.OpenSqlite(Path.Combine(folder, "state.db")),
            DurableStorage.PostgreSql => await StorageProvider.OpenPostgreSqlAsync(where, CancellationToken.None),
            _ => await StorageProvider.OpenRedisAsync(where, CancellationToken.None),
        };
        await using var silo = await BenchmarkSilo.StartAsync(builder =>
        {
            builder.AddDmaGrains(provider);
            builder.Services.AddSingleton(log);
        });
        var works = (await DurableTargets.ExportAsync(silo.Grains)).Works;
        Console.WriteLine(Ready);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var ask = line.Split(';');
            var number = double.Parse(ask[1], CultureInfo.InvariantCulture);
            var time = TimeSpan.FromSeconds(double.Parse(ask[2], CultureInfo.InvariantCulture));
            var sample = ask[0] == "open"
                ? await LoadSample.ArriveAsync(works[ask[3]], DurableTargets.Count, number, time)
                : await LoadSample.TakeAsync(works[ask[3]], DurableTargets.Count, (int)number, time);
            Console.WriteLine(JsonSerializer.Serialize(sample));
        }

        return ExitCode.Good;
    }
}
