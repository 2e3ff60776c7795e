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
    private readonly DmaCaller _caller = new();

    private GrainEngine(IGrainFactory grains, string board)
    {
        _grains = grains;
        _board = board;
    }

    /// <summary>Defines the board in the cluster.</summary>
    /// <returns>What <see cref="IBoardGrain.DefineAsync"/> answers.</returns>
    public static async Task<DmaResult<GrainEngine>> CreateAsync(IGrainFactory grains, BoardDefinition definition)
    {
        var defined = await grains.GetBoard(definition.Name).DefineAsync(definition);
        return defined.IsGranted
            ? DmaResult.Grant(new GrainEngine(grains, definition.Name))
            : DmaResult.Refuse<GrainEngine>(defined.Refusal!);
    }

    /// <inheritdoc/>
    public Task<DmaResult<DmaReply>> ExportAsync(BufferExport origin) =>
        _caller.SendAsync(id => _grains.GetBuffer(_board, origin.Name).ExportAsync(origin with { Id = id }));

    /// <inheritdoc/>
    public Task<DmaResult<DmaReply>> ExecuteAsync(string buffer, DmaCommand command) =>
        _caller.SendAsync(id => _grains.GetBuffer(_board, buffer).ExecuteAsync(command with { Id = id }));

    /// <inheritdoc/>
    public Task<DmaResult<DmaReply>> TestMapAsync(string buffer, string attachment, DmaDirection direction, MapOptions options) =>
        _grains.GetBuffer(_board, buffer).TestMapAttachmentAsync(attachment, direction, options);

    /// <inheritdoc/>
    public Task<Refusal?> SwitchContextAsync(string device, uint context) =>
        _grains.GetBoard(_board).SwitchContextAsync(device, context);

    /// <inheritdoc/>
    public async Task<Refusal?> SetParametersAsync(string device, DeviceDmaParameters? parameters)
    {
        var found = await _grains.GetDevice(_board, device).GetAsync();
        return found.TryGetValue(out var known)
            ? (await _grains.GetBoard(_board).SetDeviceAsync(known with { Parameters = parameters })).Refusal
            : found.Refusal;
    }

    /// <inheritdoc/>
    public Task<DmaResult<RecalculatedUnion>> RecalculateAsync(string buffer) =>
        _grains.GetBuffer(_board, buffer).RecalcConstraintsAsync();

    /// <inheritdoc/>
    public Task<DmaResult<DmaBuffer>> DescribeAsync(string buffer) => _grains.GetBuffer(_board, buffer).DescribeAsync();

    /// <inheritdoc/>
    public Task<ImmutableArray<RegionUse>> DescribeMemoryAsync() => _grains.GetMemory(_board).DescribeAsync();
}
