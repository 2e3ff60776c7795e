namespace DmaGrains.Model.Buffers;

/// <summary>A command or an export, flat and without its id; see <see cref="RememberedReply"/>.</summary>
internal readonly record struct CommandParts(
    RememberedKind Kind, string Name, string Other, DmaDirection Direction, MapOptions Options, BufferExport? Export)
{
    /// <summary>Whether its names are no longer than names are.</summary>
    public bool IsBounded => Name?.Length <= ModelName.LengthMax && Other?.Length <= ModelName.LengthMax;

    public static CommandParts Of(BufferExport export) =>
        new(RememberedKind.Export, export.Name, string.Empty, default, MapOptions.None, export);

    public static CommandParts Of(DmaCommand command) => command switch
    {
        DmaCommand.Attach attach => new(RememberedKind.Attach, attach.Attachment, attach.Device),
        DmaCommand.Detach detach => new(RememberedKind.Detach, detach.Attachment),
        DmaCommand.Map map => new(RememberedKind.Map, map.Mapping, map.Attachment, map.Direction, map.Options, null),
        DmaCommand.MapRaw map => new(RememberedKind.MapRaw, map.Mapping, map.Raw, map.Direction, map.Options, null),
        DmaCommand.Unmap unmap => new(RememberedKind.Unmap, unmap.Mapping),
        DmaCommand.Release => new(RememberedKind.Release, string.Empty),
        DmaCommand.Revoke => new(RememberedKind.Revoke, string.Empty),
        DmaCommand.GetScatterlist get => new(RememberedKind.GetScatterlist, get.Mapping, get.Attachment),
        DmaCommand.PutScatterlist put => new(RememberedKind.PutScatterlist, put.Mapping),
        DmaCommand.GetPfns get => new(RememberedKind.GetPfns, get.Mapping, get.Attachment),
        DmaCommand.PutPfns put => new(RememberedKind.PutPfns, put.Mapping),
        DmaCommand.BeginCpuAccess begin => new(RememberedKind.BeginCpuAccess, begin.Access, begin.Direction),
        DmaCommand.EndCpuAccess end => new(RememberedKind.EndCpuAccess, end.Access),
        DmaCommand.CpuAccess access => new(RememberedKind.CpuAccess, access.Access, access.Direction),
        DmaCommand.Flush flush => new(RememberedKind.Flush, flush.Mapping),
        DmaCommand.SyncForDevice sync => new(RememberedKind.SyncForDevice, sync.Sync, sync.Mapping),
        DmaCommand.SyncForCpu sync => new(RememberedKind.SyncForCpu, sync.Sync, sync.Mapping),
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    private CommandParts(RememberedKind kind, string name, DmaDirection direction = default)
        : this(kind, name, string.Empty, direction, MapOptions.None, null)
    {
    }

    private CommandParts(RememberedKind kind, string name, string other)
        : this(kind, name, other, default, MapOptions.None, null)
    {
    }
}
