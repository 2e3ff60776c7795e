namespace DmaGrains.Model.Buffers;

/// <summary>A command or an export, flat and without its id; see <see cref="RememberedReply"/>.</summary>
internal readonly record struct CommandParts(
    RememberedKind Kind, string Name, string Other, DmaDirection Direction, MapOptions Options, BufferExport? Export)
{
    /// <summary>Whether its names keep to <see cref="ModelName.LengthMax"/>.</summary>
    public bool IsBounded => Name?.Length <= ModelName.LengthMax && Other?.Length <= ModelName.LengthMax;

    public static CommandParts Of(BufferExport export) =>
        new(RememberedKind.Export, export.Name, string.Empty, default, MapOptions.None, export);

    public CommandParts(RememberedKind kind, string name, DmaDirection direction = default)
        : this(kind, name, string.Empty, direction, MapOptions.None, null)
    {
    }

    public CommandParts(RememberedKind kind, string name, string other)
        : this(kind, name, other, default, MapOptions.None, null)
    {
    }
}
