using System.Globalization;
using DmaGrains.Benchmarks.Hosting;
using DmaGrains.Benchmarks.Model;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Storage;

namespace DmaGrains.Benchmarks.Growth;

/// <summary>What does an attach and a detach cost a buffer that has many importers already?</summary>
internal static class AttachGrowth
{
    private static readonly Series _series = new("attach + detach by importers of the buffer", [4, 100, 1000], [null, 1.5, 3]);

    /// <param name="storage">Where the buffer is kept.</param>
    public static async Task RunAsync(StorageProvider storage)
    {
        await using var silo = await BenchmarkSilo.StartAsync(storage);
        _ = (await silo.Grains.GetBoard("growth").DefineAsync(Samples.Board("growth"))).Value;
        var buffers = new Dictionary<int, IDmaBufferGrain>();
        foreach (var size in _series.Sizes)
        {
            buffers[size] = await ExportAsync(silo.Grains, size);
        }

        foreach (var callers in (int[])[1, 8])
        {
            await _series.MeasureAsync(rounds: 7, times: 1000, callers, async (size, number) =>
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"newcomer-{number}");
                Check(await buffers[size].AttachAsync(name, Samples.DeviceOf((int)number).Name));
                Check(await buffers[size].DetachAsync(name));
            });
        }
    }

    private static async Task<IDmaBufferGrain> ExportAsync(IGrainFactory grains, int importers)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"with-{importers}");
        var buffer = grains.GetBuffer("growth", name);
        Check(await buffer.ExportAsync(new BufferExport(name, Samples.BufferBytes)));
        for (var index = 0; index < importers; index++)
        {
            Check(await buffer.AttachAsync(Samples.HeldName(index), Samples.DeviceOf(index).Name));
        }

        return buffer;
    }

    private static void Check(DmaResult<DmaReply> reply)
    {
        if (!reply.IsGranted)
        {
            throw new InvalidOperationException(reply.Refusal!.ToString());
        }
    }
}
