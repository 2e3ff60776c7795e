using System.Diagnostics;
using System.Globalization;
using DmaGrains.Benchmarks.Model;
using DmaGrains.Interfaces;
using DmaGrains.Model.Buffers;
using DmaGrains.Silo;
using DmaGrains.Storage;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace DmaGrains.Benchmarks.Growth;

/// <summary>Many buffers on two silos of one process: what they cost to export, to keep idle, to let go and to list.</summary>
internal static class Registration
{
    private const int Callers = 128;
    private const int Parts = 10;
    private const int Repeats = 21;

    public static async Task RunAsync(int buffers, int boards)
    {
        var builder = new InProcessTestClusterBuilder(2);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddDmaGrains(StorageProvider.Memory);

            // Nothing leaves before it is told to.
            silo.Configure<GrainCollectionOptions>(options => options.CollectionAge = TimeSpan.FromHours(10));
        });
        await using var cluster = builder.Build();
        await cluster.DeployAsync();
        Print($"{buffers:n0} buffers on {Counted(boards)}, two silos, memory storage, {Callers} callers\n");

        var names = Enumerable.Range(0, boards).Select(BoardOf).ToArray();
        foreach (var board in names)
        {
            _ = (await cluster.Client.GetBoard(board).DefineAsync(Samples.Board(board))).Value;
        }

        await ExportAsync(cluster.Client, names, buffers);
        await ListAsync(cluster.Client, names[^1]);
        await LeaveAsync(cluster.Client, buffers);
        await ListAsync(cluster.Client, names[^1]);
        await ComeBackAsync(cluster.Client, names, buffers);
    }

    private static string Counted(int boards) => boards == 1 ? "one board" : string.Create(CultureInfo.InvariantCulture, $"{boards:n0} boards");

    private static async Task ExportAsync(IGrainFactory grains, string[] boards, int buffers)
    {
        Print($"| exported | seconds | a second | cpu, us each | live bytes |");
        Print($"| --- | --- | --- | --- | --- |");
        for (var part = 0; part < Parts; part++)
        {
            var next = (long)buffers * part / Parts;
            var end = (long)buffers * (part + 1) / Parts;
            var (cpu, start, count) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp(), end - next);
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
            {
                for (var number = Interlocked.Increment(ref next) - 1; number < end; number = Interlocked.Increment(ref next) - 1)
                {
                    var name = BufferOf(number);
                    var buffer = grains.GetBuffer(boards[number % boards.Length], name);
                    _ = (await buffer.ExportAsync(new BufferExport(name, Samples.BufferBytes))).Value;
                }
            })));
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var micros = (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / count;
            var live = part is 0 or Parts - 1 ? LiveBytes().ToString("n0", CultureInfo.InvariantCulture) : string.Empty;
            Print($"| {end:n0} | {seconds:f1} | {count / seconds:n0} | {micros:f0} | {live} |");
        }
    }

    private static async Task LeaveAsync(IGrainFactory grains, int buffers)
    {
        var management = grains.GetGrain<IManagementGrain>(0);
        var (before, active) = (LiveBytes(), await management.GetTotalActivationCount());
        var start = Stopwatch.GetTimestamp();
        await management.ForceActivationCollection(TimeSpan.Zero);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var (after, left) = (LiveBytes(), await management.GetTotalActivationCount());
        Print($"\n{active:n0} activations; {active - left:n0} left in {seconds:f1} s, {(active - left) / seconds:n0} a second.");
        Print($"{before:n0} live bytes before, {after:n0} after: {(before - after) / (double)(active - left):n0} for an idle activation, {after / (double)buffers:n0} for a stored buffer and its name.");
    }

    private static async Task ListAsync(IGrainFactory grains, string board)
    {
        var grain = grains.GetBoard(board);
        Print($"\nA page of {board}, medians of {Repeats}:");
        foreach (var (title, cursor) in ((string, string)[])[("start", ""), ("middle", "8000000000000000"), ("end", "f000000000000000")])
        {
            await PageAsync(grain, title, cursor);
        }

        var start = Stopwatch.GetTimestamp();
        var (pages, names) = (0, 0);
        await foreach (var page in grain.BufferPagesAsync())
        {
            (pages, names) = (pages + 1, names + page.Length);
        }

        Print($"- all {names:n0} names, {pages:n0} pages: {Stopwatch.GetElapsedTime(start).TotalSeconds:f2} s");
    }

    private static async Task PageAsync(IBoardGrain grain, string title, string cursor)
    {
        var start = Stopwatch.GetTimestamp();
        var first = (await grain.ListBuffersAsync(cursor, IBoardGrain.PageMax)).Value;
        var firstTime = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var times = new List<double>();
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            start = Stopwatch.GetTimestamp();
            await grain.ListBuffersAsync(cursor, IBoardGrain.PageMax);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        Print($"- {title}: {Medians.Of(times):f2} ms for {first.Names.Length:n0} names, {firstTime:f2} ms the first time");
    }

    private static async Task ComeBackAsync(IGrainFactory grains, string[] boards, int buffers)
    {
        const int Count = 10_000;
        var step = Math.Max(1, buffers / Count);
        var (next, start) = (-1, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var index = Interlocked.Increment(ref next); index < Count; index = Interlocked.Increment(ref next))
            {
                var number = (long)index * step % buffers;
                _ = (await grains.GetBuffer(boards[number % boards.Length], BufferOf(number)).DescribeAsync()).Value;
            }
        })));
        Print($"\n{Count:n0} buffers that had left, described: {Count / Stopwatch.GetElapsedTime(start).TotalSeconds:n0} a second");
    }

    private static long LiveBytes()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static string BoardOf(int number) => string.Create(CultureInfo.InvariantCulture, $"board-{number}");

    private static string BufferOf(long number) => string.Create(CultureInfo.InvariantCulture, $"frame-{number}");

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
