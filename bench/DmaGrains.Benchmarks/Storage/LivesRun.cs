using System.Globalization;
using DmaGrains.Benchmarks.Hosting;
using DmaGrains.Benchmarks.Model;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Silo;
using DmaGrains.Storage;
using Microsoft.Data.Sqlite;

namespace DmaGrains.Benchmarks.Storage;

/// <summary>
/// How many whole lives of buffers (export, attach, map, unmap, detach, release) does a SQLite file take in a second, on one board and on
/// as many as there are callers? Rounds of both take turns; the median of each.
/// </summary>
internal static class LivesRun
{
    /// <summary>Its name on the command line.</summary>
    public const string Name = "lives";

    private const int Callers = 64;
    private const ulong BufferBytes = 64 * 1024;

    private static long _number;

    /// <param name="args">A folder for the file, the number of rounds, and the seconds of each.</param>
    public static async Task<int> MainAsync(string[] args)
    {
        if (args is not [var folder, .. var numbers] || numbers.Length > 2 || !numbers.All(number => int.TryParse(number, CultureInfo.InvariantCulture, out var value) && value > 0))
        {
            await Console.Error.WriteLineAsync($"usage: DmaGrains.Benchmarks {Name} FOLDER [ROUNDS [SECONDS]]");
            return ExitCode.Usage;
        }

        var given = Array.ConvertAll(numbers, number => int.Parse(number, CultureInfo.InvariantCulture));
        var rounds = given is [var count, ..] ? count : 7;
        var time = TimeSpan.FromSeconds(given is [_, var seconds] ? seconds : 3);
        var file = Path.Combine(folder, $"bench-{Guid.NewGuid():N}.db");
        await using (var storage = StorageProvider.OpenSqlite(file))
        {
            await using var silo = await BenchmarkSilo.StartAsync(storage);
            var boards = Enumerable.Range(0, Callers + 1).Select(index => string.Create(CultureInfo.InvariantCulture, $"lives{index}")).ToArray();
            foreach (var board in boards)
            {
                Granted(await silo.Grains.GetBoard(board).DefineAsync(Samples.Board(board)));
            }

            var (one, many) = (new List<double>(), new List<double>());
            await SampleAsync(silo.Grains, _ => boards[0], time);
            for (var round = 0; round < rounds; round++)
            {
                one.Add(await SampleAsync(silo.Grains, _ => boards[0], time));
                many.Add(await SampleAsync(silo.Grains, caller => boards[caller + 1], time));
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Callers} callers, {rounds} rounds of {time.TotalSeconds} s: {Medians.Of(one):n0} lives/s on one board, {Medians.Of(many):n0} on {Callers}, ratio {Medians.Of(one) / Medians.Of(many):f2}"));
        }

        SqliteConnection.ClearAllPools();
        File.Delete(file);
        return ExitCode.Good;
    }

    private static async Task<double> SampleAsync(IGrainFactory grains, Func<int, string> boardOf, TimeSpan time)
    {
        var sample = await StorageSample.TakeAsync(
            [.. Enumerable.Range(0, Callers).Select(caller => (Func<Task>)(() => LiveAsync(grains, boardOf(caller))))], time);
        return sample.PerSecond;
    }

    private static async Task LiveAsync(IGrainFactory grains, string board)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"b{Interlocked.Increment(ref _number)}");
        var buffer = grains.GetBuffer(board, name);
        Granted(await buffer.ExportAsync(new(name, BufferBytes)));
        Granted(await buffer.AttachAsync("a", Samples.Devices[0].Name));
        Granted(await buffer.MapAttachmentAsync("m", "a", DmaDirection.Bidirectional));
        Granted(await buffer.UnmapAttachmentAsync("m"));
        Granted(await buffer.DetachAsync("a"));
        Granted(await buffer.ReleaseAsync());
    }

    private static void Granted<T>(DmaResult<T> result)
        where T : notnull => Invariant.Holds(result.IsGranted);
}
