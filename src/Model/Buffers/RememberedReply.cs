using DmaGrains.Model.Constraints;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>A command and its reply, flat: one of these is stored for each of the last commands.</summary>
/// <param name="Kind">Which command.</param>
/// <param name="Name">The attachment or mapping that it names; empty for release and revoke.</param>
/// <param name="Other">An attach's device, a map's attachment or the raw access that is mapped; empty for others.</param>
/// <param name="Direction">A map's direction.</param>
/// <param name="Constraints">The union after it, when it was granted.</param>
/// <param name="Mapping">The mapping that a map made.</param>
/// <param name="CommandId">The command's <see cref="DmaCommand.Id"/>.</param>
/// <param name="Refusal">What it was refused with; null when it was granted.</param>
/// <param name="Options">What a map asked for beyond its direction.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.remembered")]
public sealed record RememberedReply(
    RememberedKind Kind,
    string Name,
    string Other,
    DmaDirection Direction,
    DmaConstraints Constraints,
    Mapping? Mapping,
    string? CommandId,
    Refusal? Refusal,
    MapOptions Options)
{
    /// <summary>The reply again.</summary>
    public DmaResult<DmaReply> Reply =>
        Refusal is null ? DmaResult.Grant(new DmaReply(Constraints, Mapping)) : DmaResult.Refuse<DmaReply>(Refusal);

    /// <summary>What is remembered of a command and its reply.</summary>
    public static RememberedReply Of(DmaCommand command, DmaResult<DmaReply> reply)
    {
        var parts = CommandParts.Of(command);
        var granted = reply.TryGetValue(out var value) ? value : null;
        return new(
            parts.Kind,
            parts.Name,
            parts.Other,
            parts.Direction,
            granted?.Constraints ?? default,
            granted?.Mapping,
            parts.Id,
            reply.Refusal,
            parts.Options);
    }

    /// <summary>What <see cref="ContentOf(DmaCommand)"/> says of the command.</summary>
    public int Content => ContentOf(Kind, Name, Other);

    /// <summary>The same number for commands that may be repeats of one another; in this process only.</summary>
    public static int ContentOf(DmaCommand command)
    {
        var parts = CommandParts.Of(command);
        return ContentOf(parts.Kind, parts.Name, parts.Other);
    }

    /// <summary>Whether this was the command, id, content and all; a command without an id may be any grant of that content.</summary>
    public bool IsOf(DmaCommand command) => IsOf(CommandParts.Of(command));

    /// <inheritdoc cref="IsOf(DmaCommand)"/>
    internal bool IsOf(in CommandParts command) =>
        command.Kind == Kind && command.Name == Name && command.Other == Other
        && (command.Id is null ? Refusal is null : command.Id == CommandId)
        && command.Direction == Direction && command.Options == Options;

    private static int ContentOf(RememberedKind kind, string name, string other) => HashCode.Combine(kind, name, other);
}
