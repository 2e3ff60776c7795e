using System.Globalization;
using DmaGrains.Benchmarks.Hosting;
using DmaGrains.Benchmarks.Model;
using DmaGrains.Interfaces;
using DmaGrains.Model.Buffers;
using DmaGrains.Storage;

namespace DmaGrains.Benchmarks.Growth;

/// <summary>What it costs to bring buffers that have been used back into memory.</summary>
internal static class Activation
{
    private const int Boards = 10;
    private const int BuffersOfABoard = 500;
    private const int Commands = 31;
    private const int Callers = 64;
    private const int Rounds = 9;

    private static readonly string _device = Samples.Devices[0].Name;

    public static async Task RunAsync(StorageProvider storage)
    {
        await using var silo = await BenchmarkSilo.StartAsync(storage);
        var buffers = await UseAsync(silo.Grains);
        var management = silo.Grains.GetGrain<IManagementGrain>(0);
        var (micros, bytes) = (new List<double>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            await management.ForceActivationCollection(TimeSpan.Zero);
            var (cpu, allocated) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
            await EachAsync(buffers, async buffer => _ = (await buffer.DescribeAsync()).Value);
            micros.Add((Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / buffers.Length);
            bytes.Add((GC.GetTotalAllocatedBytes() - allocated) / (double)buffers.Length);
        }

        // The first round compiles.
        Print($"{buffers.Length:n0} buffers that were exported and then commanded {Commands} times, activated and described, median of {Rounds} rounds:");
        Print($"{Medians.Of(micros[1..]):f1} us of processor time and {Medians.Of(bytes[1..]):n0} bytes each");
    }

    private static async Task<IDmaBufferGrain[]> UseAsync(IGrainFactory grains)
    {
        var buffers = new List<IDmaBufferGrain>();
        var run = Guid.NewGuid().ToString("N")[..8];
        for (var board = 0; board < Boards; board++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"board-{run}-{board}");
            _ = (await grains.GetBoard(name).DefineAsync(Samples.Board(name))).Value;
            buffers.AddRange(Enumerable.Range(0, BuffersOfABoard).Select(
                number => grains.GetBuffer(name, string.Create(CultureInfo.InvariantCulture, $"frame-{number}"))));
        }

        await EachAsync([.. buffers], async buffer =>
        {
            var caller = new DmaCaller();
            _ = (await buffer.ExportAsync(new BufferExport(buffer.GetPrimaryKeyString().Split('/')[1], Samples.BufferBytes) { Id = caller.Next() })).Value;
            for (var command = 0; command < Commands; command++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"a{command / 2}");
                _ = (command % 2 == 0
                    ? await buffer.AttachAsync(name, _device, caller.Next())
                    : await buffer.DetachAsync(name, caller.Next())).Value;
            }
        });
        return [.. buffers];
    }

    private static Task EachAsync(IDmaBufferGrain[] buffers, Func<IDmaBufferGrain, Task> callAsync) => Parallel.ForEachAsync(
        buffers, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (buffer, _) => await callAsync(buffer));

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
