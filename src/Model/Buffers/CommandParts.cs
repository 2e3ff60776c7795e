namespace DmaGrains.Model.Buffers;

/// <summary>A command, flat; see <see cref="RememberedReply"/>.</summary>
internal readonly record struct CommandParts(
    string? Id, RememberedKind Kind, string Name, string Other, DmaDirection Direction, MapOptions Options)
{
    public static CommandParts Of(DmaCommand command) => command switch
    {
        DmaCommand.Attach attach => new(attach.Id, RememberedKind.Attach, attach.Attachment, attach.Device),
        DmaCommand.Detach detach => new(detach.Id, RememberedKind.Detach, detach.Attachment),
        DmaCommand.Map map => new(map.Id, RememberedKind.Map, map.Mapping, map.Attachment, map.Direction, map.Options),
        DmaCommand.MapRaw map => new(map.Id, RememberedKind.MapRaw, map.Mapping, map.Raw, map.Direction, map.Options),
        DmaCommand.Unmap unmap => new(unmap.Id, RememberedKind.Unmap, unmap.Mapping),
        DmaCommand.Release => new(command.Id, RememberedKind.Release, string.Empty),
        DmaCommand.Revoke => new(command.Id, RememberedKind.Revoke, string.Empty),
        DmaCommand.GetScatterlist get => new(get.Id, RememberedKind.GetScatterlist, get.Mapping, get.Attachment),
        DmaCommand.PutScatterlist put => new(put.Id, RememberedKind.PutScatterlist, put.Mapping),
        DmaCommand.GetPfns get => new(get.Id, RememberedKind.GetPfns, get.Mapping, get.Attachment),
        DmaCommand.PutPfns put => new(put.Id, RememberedKind.PutPfns, put.Mapping),
        DmaCommand.BeginCpuAccess begin => new(begin.Id, RememberedKind.BeginCpuAccess, begin.Access, begin.Direction),
        DmaCommand.EndCpuAccess end => new(end.Id, RememberedKind.EndCpuAccess, end.Access),
        DmaCommand.CpuAccess access => new(access.Id, RememberedKind.CpuAccess, access.Access, access.Direction),
        DmaCommand.Flush flush => new(flush.Id, RememberedKind.Flush, flush.Mapping),
        DmaCommand.SyncForDevice sync => new(sync.Id, RememberedKind.SyncForDevice, sync.Sync, sync.Mapping),
        DmaCommand.SyncForCpu sync => new(sync.Id, RememberedKind.SyncForCpu, sync.Sync, sync.Mapping),
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    private CommandParts(string? id, RememberedKind kind, string name, DmaDirection direction = default)
        : this(id, kind, name, string.Empty, direction, MapOptions.None)
    {
    }

    private CommandParts(string? id, RememberedKind kind, string name, string other)
        : this(id, kind, name, other, default, MapOptions.None)
    {
    }
}
