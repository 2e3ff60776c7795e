using DmaGrains.Model.Constraints;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>A command and its reply, flat: one of these is stored for each of the last commands.</summary>
/// <param name="Kind">Which command.</param>
/// <param name="Name">The attachment or mapping that it names; empty for release and revoke.</param>
/// <param name="Other">An attach's device or a map's attachment; empty for others.</param>
/// <param name="Direction">A map's direction.</param>
/// <param name="Constraints">The union after it, when it was granted.</param>
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
    /// <summary>The command's <see cref="DmaCommand.Id"/>.</summary>
    [Id(0)]
    public string? CommandId { get; init; }

    /// <summary>What it was refused with; null when it was granted.</summary>
    [Id(1)]
    public Refusal? Refusal { get; init; }

    /// <summary>What a map asked for beyond its direction.</summary>
    [Id(2)]
    public MapOptions Options { get; init; }

    /// <summary>The reply again.</summary>
    public DmaResult<DmaReply> Reply =>
        Refusal is null ? DmaResult.Grant(new DmaReply(Constraints, Mapping)) : DmaResult.Refuse<DmaReply>(Refusal);

    /// <summary>What is remembered of a command and its reply.</summary>
    public static RememberedReply Of(DmaCommand command, DmaResult<DmaReply> reply)
    {
        var (kind, name, other, direction) = PartsOf(command);
        var granted = reply.TryGetValue(out var value) ? value : null;
        return new(kind, name, other, direction, granted?.Constraints ?? default, granted?.Mapping)
        {
            CommandId = command.Id,
            Refusal = reply.Refusal,
            Options = OptionsOf(command),
        };
    }

    /// <summary>Whether this was the command, id, content and all; a command without an id may be any grant of that content.</summary>
    public bool IsOf(DmaCommand command)
    {
        if (command.Id is null ? Refusal is not null : command.Id != CommandId)
        {
            return false;
        }

        var (kind, name, other, direction) = PartsOf(command);
        return kind == Kind && direction == Direction && name == Name && other == Other && OptionsOf(command) == Options;
    }

    private static MapOptions OptionsOf(DmaCommand command) => command is DmaCommand.Map map ? map.Options : MapOptions.None;

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
