using System.Globalization;
using DmaGrains.Benchmarks.Hosting;
using DmaGrains.Benchmarks.Model;
using DmaGrains.Grains;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Benchmarks.Growth;

/// <summary>What does each command write? Averages over many buffers in turn, so that chunks and splits are in them.</summary>
internal static class CommandWrites
{
    private const int Buffers = 2000;

    public static async Task RunAsync()
    {
        Console.WriteLine("| board | importers | command | writes | bytes | of which |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        await MeasureAsync("free memory", importers: 0, Samples.Board("w0"), Buffers);
        await MeasureAsync("free memory", importers: 4, Samples.Board("w4"), Buffers);
        await MeasureAsync("free memory", importers: 100, Samples.Board("w100"), Buffers / 20);
        await MeasureAsync("free memory", importers: 1000, Samples.Board("w1000"), Buffers / 100);
        await MeasureAsync("every second page", importers: 4, Scattered("s4"), Buffers / 20);
        await MeasureAllocationAsync(100);
        await MeasureAllocationAsync(10_000);
        await MeasureMappingAsync(100);
        await MeasureMappingAsync(5_000);
    }

    private static BoardDefinition Scattered(string name) =>
        new(name, "Every second page is taken", [new("ram", MemoryKind.System, new(0, 1 << 20), 2, 1)],
            [.. Samples.Devices.Select(device => device with { Parameters = new(uint.MaxValue, uint.MaxValue, 0) })]);

    private static async Task MeasureAsync(string title, int importers, BoardDefinition board, int count)
    {
        await using var silo = await BenchmarkSilo.StartAsync(BenchmarkStorage.Counted);
        _ = (await silo.Grains.GetBoard(board.Name).DefineAsync(board)).Value;
        var buffers = Enumerable.Range(0, count)
            .Select(number => silo.Grains.GetBuffer(board.Name, NameOf(number))).ToList();
        var caller = new DmaCaller();
        silo.Counted.Take();
        await DoAsync("export", (buffer, number) => buffer.ExportAsync(new BufferExport(NameOf(number), 1 << 20) { Id = caller.Next() }));
        for (var index = 0; index < importers; index++)
        {
            foreach (var buffer in buffers)
            {
                Check(await buffer.AttachAsync(Samples.HeldName(index), Samples.DeviceOf(index).Name, caller.Next()));
            }
        }

        silo.Counted.Take();
        await DoAsync("attach", (buffer, _) => buffer.AttachAsync("newcomer", "gpu", caller.Next()));
        await DoAsync("map, the first", (buffer, _) => buffer.MapAttachmentAsync("m1", "newcomer", DmaDirection.Bidirectional, id: caller.Next()));
        await DoAsync("map again", (buffer, _) => buffer.MapAttachmentAsync("m2", "newcomer", DmaDirection.Bidirectional, id: caller.Next()));
        await DoAsync("unmap", (buffer, _) => buffer.UnmapAttachmentAsync("m2", caller.Next()));
        foreach (var buffer in buffers)
        {
            Check(await buffer.UnmapAttachmentAsync("m1", caller.Next()));
        }

        silo.Counted.Take();
        await DoAsync("detach", (buffer, _) => buffer.DetachAsync("newcomer", caller.Next()));
        foreach (var buffer in buffers)
        {
            for (var index = 0; index < importers; index++)
            {
                Check(await buffer.DetachAsync(Samples.HeldName(index), caller.Next()));
            }
        }

        silo.Counted.Take();
        await DoAsync("release", (buffer, _) => buffer.ReleaseAsync(caller.Next()));
        var (states, bytes) = silo.Counted.Kept;
        Print(title, importers, $"kept of {count} gone buffers, a buffer", [], count, (states, bytes));

        async Task DoAsync(string command, Func<IDmaBufferGrain, int, Task<DmaResult<DmaReply>>> sendAsync)
        {
            for (var number = 0; number < buffers.Count; number++)
            {
                Check(await sendAsync(buffers[number], number));
            }

            Print(title, importers, command, silo.Counted.Take(), count, null);
        }
    }

    private static async Task MeasureAllocationAsync(int held)
    {
        await using var silo = await BenchmarkSilo.StartAsync(BenchmarkStorage.Counted);
        var memory = silo.Grains.MemoryForGrains("memory");
        _ = (await memory.LayOutAsync([new("ram", MemoryKind.System, new PageExtent(0, 1 << 22), 64, 8)])).Value;
        await Task.WhenAll(Enumerable.Range(0, held).Select(number => memory.AllocateAsync(RequestFor(number))));
        silo.Counted.Take();
        var any = new Random(20150127);
        var tokens = Enumerable.Range(0, held).ToArray();
        for (var number = held; number < held + Buffers; number++)
        {
            _ = (await memory.AllocateAsync(RequestFor(number))).Value;
            var index = any.Next(held);
            await memory.FreeAsync(RequestFor(tokens[index]).Token);
            tokens[index] = number;
        }

        Print($"{held} buffers hold pages", 0, "allocate + free", silo.Counted.Take(), Buffers, null);
    }

    private static async Task MeasureMappingAsync(int held)
    {
        await using var silo = await BenchmarkSilo.StartAsync(BenchmarkStorage.Counted);
        var board = Samples.Board("mmu");
        _ = (await silo.Grains.GetBoard(board.Name).DefineAsync(board with
        {
            Stages = [new("smmu", new(new(0), new(ulong.MaxValue >> 16), 4096, IovaPolicy.RoundRobin))],
            Devices = [.. board.Devices.Select(device => device with { Iommu = "smmu" })],
        })).Value;
        var buffers = Enumerable.Range(0, held).Select(number => silo.Grains.GetBuffer(board.Name, NameOf(number))).ToList();
        for (var number = 0; number < held; number++)
        {
            Check(await buffers[number].ExportAsync(
                new BufferExport(NameOf(number), 64 << 10) { Policy = NamedPolicies.Find("translated")! }));
            Check(await buffers[number].AttachAsync("a", "gpu"));
            Check(await buffers[number].MapAttachmentAsync("kept", "a", DmaDirection.Bidirectional));
        }

        silo.Counted.Take();
        var any = new Random(20150127);
        for (var number = 0; number < Buffers; number++)
        {
            var (buffer, name) = (buffers[any.Next(held)], NameOf(number));
            Check(await buffer.MapAttachmentAsync(name, "a", DmaDirection.Bidirectional));
            Check(await buffer.UnmapAttachmentAsync(name));
        }

        Print($"{held} mappings through an MMU", 1, "map + unmap", silo.Counted.Take(), Buffers, null);
    }

    private static AllocationRequest RequestFor(int number) =>
        new(new(NameOf(number), 0), 64 << 10, DmaConstraints.Unconstrained, ulong.MaxValue, "gpu");

    private static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"frame-{number:d5}");

    private static void Print(
        string title,
        int importers,
        string command,
        SortedDictionary<string, (int Writes, long Bytes)> written,
        int count,
        (int States, long Bytes)? kept)
    {
        var (writes, bytes) = kept ?? (written.Values.Sum(of => of.Writes), written.Values.Sum(of => of.Bytes));
        var parts = string.Join(", ", written.Select(of => string.Create(
            CultureInfo.InvariantCulture, $"{of.Key} {of.Value.Writes / (double)count:f2} × {of.Value.Bytes / (double)of.Value.Writes:n0}")));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {title} | {importers:n0} | {command} | {writes / (double)count:f2} | {bytes / (double)count:n0} | {parts} |"));
    }

    private static void Check(DmaResult<DmaReply> reply)
    {
        if (!reply.IsGranted)
        {
            throw new InvalidOperationException(reply.Refusal!.ToString());
        }
    }
}
