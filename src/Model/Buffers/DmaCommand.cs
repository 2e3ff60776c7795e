using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>
/// What an importer or the exporter asks of a buffer. The caller names attachments and mappings, each name once: a granted command
/// that comes again is a repeat and gets the first reply.
/// </summary>
[GenerateSerializer, Immutable, Alias("dma.command")]
public abstract record DmaCommand
{
    private protected DmaCommand()
    {
    }

    /// <summary>Attach a device. Source: dma_buf_attach.</summary>
    /// <param name="Attachment">The caller's new name for it.</param>
    /// <param name="Device">The importing device, on the buffer's board.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.attach")]
    public sealed record Attach(string Attachment, string Device) : DmaCommand;

    /// <summary>Detach. Source: dma_buf_detach.</summary>
    /// <param name="Attachment">The attachment to end.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.detach")]
    public sealed record Detach(string Attachment) : DmaCommand;

    /// <summary>Map an attachment; the first map allocates. Source: dma_buf_map_attachment.</summary>
    /// <param name="Mapping">The caller's new name for it.</param>
    /// <param name="Attachment">The attachment to map.</param>
    /// <param name="Direction">Which way data moves.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.map")]
    public sealed record Map(string Mapping, string Attachment, DmaDirection Direction) : DmaCommand;

    /// <summary>Unmap. Source: dma_buf_unmap_attachment.</summary>
    /// <param name="Mapping">The mapping to end.</param>
    [GenerateSerializer, Immutable, Alias("dma.command.unmap")]
    public sealed record Unmap(string Mapping) : DmaCommand;

    /// <summary>
    /// The exporter takes the buffer back: holders are told, their lists are invalid, and nobody maps or attaches any more. Source:
    /// dma_buf_invalidate_mappings, as vfio uses it.
    /// </summary>
    [GenerateSerializer, Immutable, Alias("dma.command.revoke")]
    public sealed record Revoke : DmaCommand;

    /// <summary>The exporter lets go; the buffer lives until the last attachment goes. Source: dma_buf_put.</summary>
    [GenerateSerializer, Immutable, Alias("dma.command.release")]
    public sealed record Release : DmaCommand;
}
