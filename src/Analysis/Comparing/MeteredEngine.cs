using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Analysis.Comparing;

/// <summary>An engine that notes the most contiguous memory held at a time.</summary>
internal sealed class MeteredEngine(IEngine engine) : IEngine
{
    /// <summary>Bytes.</summary>
    public ulong ContiguousBytesPeak { get; private set; }

    public Task<DmaResult<DmaReply>> ExportAsync(BufferExport origin) => MeasureAsync(engine.ExportAsync(origin));

    public Task<DmaResult<DmaReply>> ExecuteAsync(string buffer, DmaCommand command) =>
        MeasureAsync(engine.ExecuteAsync(buffer, command));

    public Task<DmaResult<DmaReply>> TestMapAsync(string buffer, string attachment, DmaDirection direction, MapOptions options) =>
        engine.TestMapAsync(buffer, attachment, direction, options);

    public Task<Refusal?> SwitchContextAsync(string device, uint context) => engine.SwitchContextAsync(device, context);

    public Task<Refusal?> SetParametersAsync(string device, DeviceDmaParameters? parameters) =>
        engine.SetParametersAsync(device, parameters);

    public Task<DmaResult<RecalculatedUnion>> RecalculateAsync(string buffer) => engine.RecalculateAsync(buffer);

    public Task<DmaResult<DmaBuffer>> DescribeAsync(string buffer) => engine.DescribeAsync(buffer);

    public Task<ImmutableArray<RegionUse>> DescribeMemoryAsync() => engine.DescribeMemoryAsync();

    private async Task<DmaResult<DmaReply>> MeasureAsync(Task<DmaResult<DmaReply>> step)
    {
        var reply = await step;
        var held = (await engine.DescribeMemoryAsync())
            .Where(region => region.Kind == MemoryKind.Contiguous)
            .Aggregate(0UL, (sum, region) => sum + region.HeldBytes);
        ContiguousBytesPeak = Math.Max(ContiguousBytesPeak, held);
        return reply;
    }
}
