using DmaGrains.Model.Constraints;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>A command or an export with its reply, flattened for storage.</summary>
/// <param name="Kind">Which command.</param>
/// <param name="Name">The attachment or mapping that it names, or the buffer that is exported; empty for release and revoke.</param>
/// <param name="Other">An attach's device, a map's attachment or the raw access that is mapped; empty for others.</param>
/// <param name="Direction">A map's direction.</param>
/// <param name="Constraints">The union after a granted command.</param>
/// <param name="Mapping">The mapping that was made, or null.</param>
/// <param name="Number">The <see cref="CommandId.Number"/>; 0 for a command without an id.</param>
/// <param name="Refusal">The refusal; null when granted.</param>
/// <param name="Options">What a map asked for beyond its direction.</param>
/// <param name="Export">What was exported; null for a command.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.remembered")]
public sealed record RememberedReply(
    RememberedKind Kind,
    string Name,
    string Other,
    DmaDirection Direction,
    DmaConstraints Constraints,
    Mapping? Mapping,
    long Number,
    Refusal? Refusal,
    MapOptions Options,
    BufferExport? Export)
{
    /// <summary>The remembered reply.</summary>
    public DmaResult<DmaReply> Reply =>
        Refusal is null ? DmaResult.Grant(new DmaReply(Constraints, Mapping)) : DmaResult.Refuse<DmaReply>(Refusal);

    /// <summary>Remembers a command and its reply.</summary>
    internal static RememberedReply Of(in CommandParts parts, DmaResult<DmaReply> reply, long number = 0)
    {
        var granted = reply.TryGetValue(out var value) ? value : null;
        return new(
            parts.Kind,
            parts.Name,
            parts.Other,
            parts.Direction,
            granted?.Constraints ?? default,
            granted?.Mapping,
            number,
            reply.Refusal,
            parts.Options,
            parts.Export);
    }

    /// <summary>Whether this is the same command, apart from its id.</summary>
    internal bool IsOf(in CommandParts command) =>
        command.Kind == Kind && command.Name == Name && command.Other == Other
        && command.Direction == Direction && command.Options == Options && command.Export == Export;

    /// <summary>The command in a few words.</summary>
    internal string Describe() => Name.Length == 0 ? $"{Kind}" : $"{Kind} {Name}";
}
