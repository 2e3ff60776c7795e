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
        _grains.GetBuffer(_board, origin.Name).ExportAsync(origin);

    /// <inheritdoc/>
    public Task<DmaResult<DmaReply>> ExecuteAsync(string buffer, DmaCommand command)
    {
        var grain = _grains.GetBuffer(_board, buffer);
        return command switch
        {
            DmaCommand.Attach attach => grain.AttachAsync(attach.Attachment, attach.Device),
            DmaCommand.Detach detach => grain.DetachAsync(detach.Attachment),
            DmaCommand.Map map => grain.MapAttachmentAsync(map.Mapping, map.Attachment, map.Direction, map.Options),
            DmaCommand.MapRaw map => grain.MapRawAsync(map.Mapping, map.Raw, map.Direction, map.Options),
            DmaCommand.Unmap unmap => grain.UnmapAttachmentAsync(unmap.Mapping),
            DmaCommand.GetScatterlist get => grain.GetScatterlistAsync(get.Mapping, get.Attachment),
            DmaCommand.PutScatterlist put => grain.PutScatterlistAsync(put.Mapping),
            DmaCommand.GetPfns get => grain.GetPfnsAsync(get.Mapping, get.Attachment),
            DmaCommand.PutPfns put => grain.PutPfnsAsync(put.Mapping),
            DmaCommand.BeginCpuAccess begin => grain.BeginCpuAccessAsync(begin.Access, begin.Direction),
            DmaCommand.EndCpuAccess end => grain.EndCpuAccessAsync(end.Access),
            DmaCommand.CpuAccess access => grain.CpuAccessAsync(access.Access, access.Direction),
            DmaCommand.Flush flush => grain.FlushAsync(flush.Mapping),
            DmaCommand.SyncForDevice sync => grain.SyncForDeviceAsync(sync.Sync, sync.Mapping),
            DmaCommand.SyncForCpu sync => grain.SyncForCpuAsync(sync.Sync, sync.Mapping),
            DmaCommand.Release => grain.ReleaseAsync(),
            DmaCommand.Revoke => grain.RevokeAsync(),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
    }

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
