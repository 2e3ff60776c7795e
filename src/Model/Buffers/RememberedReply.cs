using DmaGrains.Model.Constraints;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>A granted command and its reply, flat: one of these is stored for each of the last commands.</summary>
/// <param name="Kind">Which command.</param>
/// <param name="Name">The attachment or mapping that it names; empty for release and revoke.</param>
/// <param name="Other">An attach's device or a map's attachment; empty for others.</param>
/// <param name="Direction">A map's direction.</param>
/// <param name="Constraints">The union after it.</param>
/// <param name="Mapping">The mapping that a map made.</param>
[GenerateSerializer, Immutable, Alias("dma.remembered")]
public sealed record RememberedReply(
    RememberedKind Kind,
    string Name,
    string Other,
    DmaDirection Direction,
    DmaConstraints Constraints,
    Mapping? Mapping)
{
    /// <summary>The reply again.</summary>
    public DmaReply Reply => new(Constraints, Mapping);

    /// <summary>What is remembered of a command and its reply.</summary>
    public static RememberedReply Of(DmaCommand command, DmaReply reply)
    {
        var (kind, name, other, direction) = PartsOf(command);
        return new(kind, name, other, direction, reply.Constraints, reply.Mapping);
    }

    /// <summary>Whether this was the command, content and all.</summary>
    public bool IsOf(DmaCommand command)
    {
        var (kind, name, other, direction) = PartsOf(command);
        return kind == Kind && direction == Direction && name == Name && other == Other
            && (command is not DmaCommand.Map map || map.Options == (Mapping?.Options ?? MapOptions.None));
    }

    private static (RememberedKind Kind, string Name, string Other, DmaDirection Direction) PartsOf(
        DmaCommand command) => command switch
        {
            DmaCommand.Attach attach => (RememberedKind.Attach, attach.Attachment, attach.Device, default),
            DmaCommand.Detach detach => (RememberedKind.Detach, detach.Attachment, string.Empty, default),
            DmaCommand.Map map => (RememberedKind.Map, map.Mapping, map.Attachment, map.Direction),
            DmaCommand.Unmap unmap => (RememberedKind.Unmap, unmap.Mapping, string.Empty, default),
            DmaCommand.Release => (RememberedKind.Release, string.Empty, string.Empty, default),
            DmaCommand.Revoke => (RememberedKind.Revoke, string.Empty, string.Empty, default),
            DmaCommand.GetScatterlist get => (RememberedKind.GetScatterlist, get.Mapping, get.Attachment, default),
            DmaCommand.PutScatterlist put => (RememberedKind.PutScatterlist, put.Mapping, string.Empty, default),
            DmaCommand.GetPfns get => (RememberedKind.GetPfns, get.Mapping, get.Attachment, default),
            DmaCommand.PutPfns put => (RememberedKind.PutPfns, put.Mapping, string.Empty, default),
            DmaCommand.BeginCpuAccess begin => (RememberedKind.BeginCpuAccess, begin.Access, string.Empty, begin.Direction),
            DmaCommand.EndCpuAccess end => (RememberedKind.EndCpuAccess, end.Access, string.Empty, default),
            DmaCommand.CpuAccess access => (RememberedKind.CpuAccess, access.Access, string.Empty, access.Direction),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
}
