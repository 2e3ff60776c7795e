using System.Collections.Immutable;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Scenarios.Running;

/// <summary>Plays on grains.</summary>
public sealed class GrainEngine : IEngine
{
    private readonly IGrainFactory _grains;
    private readonly string _board;
    private readonly CancellationToken _cancellation;
    private readonly DmaCaller _caller = new();

    private GrainEngine(IGrainFactory grains, string board, CancellationToken cancellation)
    {
        _grains = grains;
        _board = board;
        _cancellation = cancellation;
    }

    /// <summary>Defines the board in the cluster.</summary>
    /// <param name="grains">The cluster.</param>
    /// <param name="definition">The board.</param>
    /// <param name="cancellation">Stops every call of this engine.</param>
    /// <returns>What <see cref="IBoardGrain.DefineAsync"/> answers.</returns>
    public static async Task<DmaResult<GrainEngine>> CreateAsync(
        IGrainFactory grains, BoardDefinition definition, CancellationToken cancellation = default)
    {
        var defined = await grains.GetBoard(definition.Name).DefineAsync(definition, cancellation);
        return defined.IsGranted
            ? DmaResult.Grant(new GrainEngine(grains, definition.Name, cancellation))
            : DmaResult.Refuse<GrainEngine>(defined.Refusal!);
    }

    /// <inheritdoc/>
    public Task<DmaResult<DmaReply>> ExportAsync(BufferExport origin) =>
        _caller.SendAsync(id => _grains.GetBuffer(_board, origin.Name).ExportAsync(origin with { Id = id }, _cancellation));

    /// <inheritdoc/>
    public Task<DmaResult<DmaReply>> ExecuteAsync(string buffer, DmaCommand command) =>
        _caller.SendAsync(id => _grains.GetBuffer(_board, buffer).ExecuteAsync(command with { Id = id }, _cancellation));

    /// <inheritdoc/>
    public Task<DmaResult<DmaReply>> TestMapAsync(string buffer, string attachment, DmaDirection direction, MapOptions options) =>
        _grains.GetBuffer(_board, buffer).TestMapAttachmentAsync(attachment, direction, options, _cancellation);

    /// <inheritdoc/>
    public Task<Refusal?> SwitchContextAsync(string device, uint context) =>
        _grains.GetBoard(_board).SwitchContextAsync(device, context, _cancellation);

    /// <inheritdoc/>
    public async Task<Refusal?> SetParametersAsync(string device, DeviceDmaParameters? parameters)
    {
        var found = await _grains.GetDevice(_board, device).GetAsync(_cancellation);
        return found.TryGetValue(out var known)
            ? (await _grains.GetBoard(_board).SetDeviceAsync(known with { Parameters = parameters }, _cancellation)).Refusal
            : found.Refusal;
    }

    /// <inheritdoc/>
    public Task<DmaResult<RecalculatedUnion>> RecalculateAsync(string buffer) =>
        _grains.GetBuffer(_board, buffer).RecalcConstraintsAsync(_cancellation);

    /// <inheritdoc/>
    public Task<DmaResult<DmaBuffer>> DescribeAsync(string buffer) => _grains.GetBuffer(_board, buffer).DescribeAsync(_cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<RegionUse>> DescribeMemoryAsync() => _grains.GetMemory(_board).DescribeAsync(_cancellation);
}
