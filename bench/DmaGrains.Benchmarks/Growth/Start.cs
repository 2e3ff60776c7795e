using System.Globalization;
using DmaGrains.Benchmarks.Hosting;
using DmaGrains.Benchmarks.Model;
using DmaGrains.Interfaces;
using DmaGrains.Model.Buffers;
using DmaGrains.Storage;

namespace DmaGrains.Benchmarks.Growth;

/// <summary>What it costs to open a SQLite file with many buffers, each with an entry behind its snapshot.</summary>
internal static class Start
{
    private const int BuffersOfABoard = 1000;
    private const int Callers = 512;
    private const int Rounds = 5;

    private static readonly string _device = Samples.Devices[0].Name;

    public static async Task RunAsync(string file, int buffers)
    {
        await using (var storage = StorageProvider.OpenSqlite(file))
        {
            await UseAsync(storage, buffers);
        }

        var (cpu, wall, bytes) = (new List<double>(), new List<double>(), 0L);
        for (var round = 0; round <= Rounds; round++)
        {
            GC.Collect();
            var (start, began, heap) = (Environment.CpuUsage.TotalTime, TimeProvider.System.GetTimestamp(), GC.GetTotalMemory(forceFullCollection: true));
            await using var storage = StorageProvider.OpenSqlite(file);
            cpu.Add((Environment.CpuUsage.TotalTime - start).TotalSeconds);
            wall.Add(TimeProvider.System.GetElapsedTime(began).TotalSeconds);
            bytes = GC.GetTotalMemory(forceFullCollection: true) - heap;
        }

        // The first round compiles.
        Print($"a file of {new FileInfo(file).Length:n0} bytes with {buffers:n0} buffers that were exported and attached to, opened, median of {Rounds} rounds:");
        Print($"{Medians.Of(cpu[1..]):f2} s of processor time, {Medians.Of(wall[1..]):f2} s, {bytes:n0} bytes stay in memory");
    }

    private static async Task UseAsync(StorageProvider storage, int buffers)
    {
        await using var silo = await BenchmarkSilo.StartAsync(storage);
        for (var board = 0; board * BuffersOfABoard < buffers; board++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"board-{board}");
            _ = (await silo.Grains.GetBoard(name).DefineAsync(Samples.Board(name))).Value;
            await Parallel.ForEachAsync(
                Enumerable.Range(0, Math.Min(BuffersOfABoard, buffers - (board * BuffersOfABoard))),
                new ParallelOptions { MaxDegreeOfParallelism = Callers },
                async (number, cancellation) =>
                {
                    var frame = string.Create(CultureInfo.InvariantCulture, $"frame-{number}");
                    var buffer = silo.Grains.GetBuffer(name, frame);
                    _ = (await buffer.ExportAsync(new BufferExport(frame, Samples.BufferBytes), cancellation)).Value;
                    _ = (await buffer.AttachAsync("a", _device, cancellationToken: cancellation)).Value;
                });
        }
    }

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
