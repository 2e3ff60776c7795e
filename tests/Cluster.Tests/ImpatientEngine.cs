using System.Collections.Immutable;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Cluster.Tests;

/// <summary>Plays on grains, gives up each command of a buffer before its reply or after it, and sends it again under its id.</summary>
/// <param name="grains">The cluster.</param>
/// <param name="board">The board's name.</param>
/// <param name="patient">Plays everything else.</param>
internal sealed class ImpatientEngine(IGrainFactory grains, string board, GrainEngine patient) : IEngine
{
    private readonly DmaCaller _caller = new();
    private int _sent;

    public Task<DmaResult<DmaReply>> ExportAsync(BufferExport origin) => _caller.SendAsync(id => SendAsync(
        origin.Name, (buffer, cancellation) => buffer.ExportAsync(origin with { Id = id }, cancellation)));

    public Task<DmaResult<DmaReply>> ExecuteAsync(string buffer, DmaCommand command) => _caller.SendAsync(id => SendAsync(
        buffer, (grain, cancellation) => grain.ExecuteAsync(command with { Id = id }, cancellation)));

    public Task<DmaResult<DmaReply>> TestMapAsync(string buffer, string attachment, DmaDirection direction, MapOptions options) =>
        patient.TestMapAsync(buffer, attachment, direction, options);

    public Task<Refusal?> SwitchContextAsync(string device, uint context) => patient.SwitchContextAsync(device, context);

    public Task<Refusal?> SetParametersAsync(string device, DeviceDmaParameters? parameters) => patient.SetParametersAsync(device, parameters);

    public Task<DmaResult<RecalculatedUnion>> RecalculateAsync(string buffer) => patient.RecalculateAsync(buffer);

    public Task<DmaResult<DmaBuffer>> DescribeAsync(string buffer) => patient.DescribeAsync(buffer);

    public Task<ImmutableArray<RegionUse>> DescribeMemoryAsync() => patient.DescribeMemoryAsync();

    private async Task<DmaResult<DmaReply>> SendAsync(
        string name, Func<IDmaBufferGrain, CancellationToken, Task<DmaResult<DmaReply>>> send)
    {
        var buffer = grains.GetBuffer(board, name);
        using var source = new CancellationTokenSource();
        var sending = send(buffer, source.Token);
        for (var trip = _sent++ % 3; trip > 0; trip--)
        {
            await buffer.DescribeAsync();
        }

        await source.CancelAsync();
        try
        {
            return await sending;
        }
        catch (OperationCanceledException)
        {
            return await send(buffer, CancellationToken.None);
        }
    }
}
