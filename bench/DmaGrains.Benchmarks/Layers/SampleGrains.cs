using DmaGrains.Benchmarks.Model;
using DmaGrains.Interfaces;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Benchmarks.Layers;

/// <summary>The sample buffer as a grain.</summary>
internal static class SampleGrains
{
    /// <summary>Defines the board, exports the buffer and attaches that many importers.</summary>
    public static async Task<IDmaBufferGrain> ExportAsync(IGrainFactory grains, int importers)
    {
        _ = (await grains.GetBoard("bench").DefineAsync(Samples.Board("bench"))).Value;
        var buffer = grains.GetBuffer("bench", "frame");
        _ = (await buffer.ExportAsync(new BufferExport("frame", Samples.BufferBytes))).Value;
        for (var index = 0; index < importers; index++)
        {
            _ = (await buffer.AttachAsync(Samples.HeldName(index), Samples.DeviceOf(index).Name)).Value;
        }

        return buffer;
    }
}
