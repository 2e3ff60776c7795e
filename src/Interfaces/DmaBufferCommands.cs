using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Interfaces;

/// <summary>
/// A buffer's commands, one method each. Any may be refused with ENOENT, and a command with an id with EINVAL or ESTALE naming Id.
/// </summary>
public static class DmaBufferCommands
{
    /// <summary>Attaches a device of the board. Source: dma_buf_attach with thread #0, #4, #6.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="attachment">The caller's new name for the attachment.</param>
    /// <param name="device">The importing device.</param>
    /// <param name="id">The <see cref="DmaCommand.Id"/>; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>ENOENT, EINVAL, EEXIST, EBADF, ENODEV, EBUSY, ENOSPC, EINVAL (no common constraints, unrepresentable), ENOMEM or EIO.</returns>
    public static Task<DmaResult<DmaReply>> AttachAsync(
        this IDmaBufferGrain buffer, string attachment, string device, CommandId? id = null, CancellationToken cancellationToken = default) =>
        buffer.ExecuteAsync(new DmaCommand.Attach(attachment, device) { Id = id }, cancellationToken);

    /// <summary>Detaches. Source: dma_buf_detach.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="attachment">The attachment.</param>
    /// <param name="id">The <see cref="DmaCommand.Id"/>; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>ENOENT, EINVAL (not attached) or EBUSY (mapped).</returns>
    public static Task<DmaResult<DmaReply>> DetachAsync(
        this IDmaBufferGrain buffer, string attachment, CommandId? id = null, CancellationToken cancellationToken = default) =>
        buffer.ExecuteAsync(new DmaCommand.Detach(attachment) { Id = id }, cancellationToken);

    /// <summary>Maps an attachment; the first map of the buffer allocates. Source: dma_buf_map_attachment with thread #59.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="mapping">The caller's new name for the mapping.</param>
    /// <param name="attachment">The attachment to map.</param>
    /// <param name="direction">Which way data moves.</param>
    /// <param name="options">Further options of the map.</param>
    /// <param name="id">The <see cref="DmaCommand.Id"/>; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>
    /// ENOENT, EINVAL, EEXIST, ENODEV (revoked), EREMOTEIO (no bus connects the device to a peer's memory), EOPNOTSUPP (options), EAGAIN,
    /// ENOSPC, ENOMEM or EIO.
    /// </returns>
    public static Task<DmaResult<DmaReply>> MapAttachmentAsync(
        this IDmaBufferGrain buffer,
        string mapping,
        string attachment,
        DmaDirection direction,
        MapOptions options = MapOptions.None,
        CommandId? id = null,
        CancellationToken cancellationToken = default) =>
        buffer.ExecuteAsync(new DmaCommand.Map(mapping, attachment, direction) { Options = options, Id = id }, cancellationToken);

    /// <summary>Unmaps. Source: dma_buf_unmap_attachment.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="mapping">The mapping.</param>
    /// <param name="id">The <see cref="DmaCommand.Id"/>; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>ENOENT or EINVAL (not mapped).</returns>
    public static Task<DmaResult<DmaReply>> UnmapAttachmentAsync(
        this IDmaBufferGrain buffer, string mapping, CommandId? id = null, CancellationToken cancellationToken = default) =>
        buffer.ExecuteAsync(new DmaCommand.Unmap(mapping) { Id = id }, cancellationToken);

    /// <summary>Gets the scatterlist unmapped; the importer maps it itself. Source: thread #54.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="mapping">The caller's new name for it; mappings and raw access share their names.</param>
    /// <param name="attachment">The attachment that takes it.</param>
    /// <param name="id">The <see cref="DmaCommand.Id"/>; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>ENOENT, EINVAL, EEXIST, ENODEV (revoked), EAGAIN, ENOSPC, ENOMEM or EIO.</returns>
    public static Task<DmaResult<DmaReply>> GetScatterlistAsync(
        this IDmaBufferGrain buffer, string mapping, string attachment, CommandId? id = null, CancellationToken cancellationToken = default) =>
        buffer.ExecuteAsync(new DmaCommand.GetScatterlist(mapping, attachment) { Id = id }, cancellationToken);

    /// <summary>Puts an unmapped scatterlist back. Source: thread #54.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="mapping">The name of the list.</param>
    /// <param name="id">The <see cref="DmaCommand.Id"/>; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>ENOENT, EINVAL (not got, or got otherwise) or EBUSY (mapped).</returns>
    public static Task<DmaResult<DmaReply>> PutScatterlistAsync(
        this IDmaBufferGrain buffer, string mapping, CommandId? id = null, CancellationToken cancellationToken = default) =>
        buffer.ExecuteAsync(new DmaCommand.PutScatterlist(mapping) { Id = id }, cancellationToken);

    /// <summary>
    /// The importer maps its raw access: the scatterlist as it got it, or one built from the page frame numbers with an entry for each
    /// run of pages. It costs what a map costs, and an unmap ends it. Source: thread #51, #54.
    /// </summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="mapping">The caller's new name for the mapping.</param>
    /// <param name="raw">The raw access to map.</param>
    /// <param name="direction">Which way data moves.</param>
    /// <param name="options">Further options of the map.</param>
    /// <param name="id">The <see cref="DmaCommand.Id"/>; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>
    /// ENOENT, EINVAL, EEXIST, EINVAL (not raw access), EBUSY (the list is mapped already), ENODEV (revoked), EREMOTEIO, EOPNOTSUPP, ENOSPC,
    /// ENOMEM, EIO or EINVAL (segments), as <see cref="MapAttachmentAsync"/>.
    /// </returns>
    public static Task<DmaResult<DmaReply>> MapRawAsync(
        this IDmaBufferGrain buffer,
        string mapping,
        string raw,
        DmaDirection direction,
        MapOptions options = MapOptions.None,
        CommandId? id = null,
        CancellationToken cancellationToken = default) =>
        buffer.ExecuteAsync(new DmaCommand.MapRaw(mapping, raw, direction) { Options = options, Id = id }, cancellationToken);

    /// <summary>Gets the page frame numbers: whole pages, the last one covers the rest of the buffer. Source: thread #54.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="mapping">The caller's new name for it; mappings and raw access share their names.</param>
    /// <param name="attachment">The attachment that takes them.</param>
    /// <param name="id">The <see cref="DmaCommand.Id"/>; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>As <see cref="GetScatterlistAsync"/>.</returns>
    public static Task<DmaResult<DmaReply>> GetPfnsAsync(
        this IDmaBufferGrain buffer, string mapping, string attachment, CommandId? id = null, CancellationToken cancellationToken = default) =>
        buffer.ExecuteAsync(new DmaCommand.GetPfns(mapping, attachment) { Id = id }, cancellationToken);

    /// <summary>Puts page frame numbers back. Source: thread #54.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="mapping">The name of the page frame numbers.</param>
    /// <param name="id">The <see cref="DmaCommand.Id"/>; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>ENOENT, EINVAL (not got, or got otherwise) or EBUSY (mapped).</returns>
    public static Task<DmaResult<DmaReply>> PutPfnsAsync(
        this IDmaBufferGrain buffer, string mapping, CommandId? id = null, CancellationToken cancellationToken = default) =>
        buffer.ExecuteAsync(new DmaCommand.PutPfns(mapping) { Id = id }, cancellationToken);

    /// <summary>The CPU takes the buffer over from the devices. Source: dma_buf_begin_cpu_access.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="access">The caller's new name for it.</param>
    /// <param name="direction">FromDevice to read, ToDevice to write, Bidirectional for both.</param>
    /// <param name="id">The <see cref="DmaCommand.Id"/>; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>ENOENT, EINVAL, EBADF (released, no device attached), ENODEV (revoked), EEXIST or ENOSPC.</returns>
    public static Task<DmaResult<DmaReply>> BeginCpuAccessAsync(
        this IDmaBufferGrain buffer, string access, DmaDirection direction, CommandId? id = null, CancellationToken cancellationToken = default) =>
        buffer.ExecuteAsync(new DmaCommand.BeginCpuAccess(access, direction) { Id = id }, cancellationToken);

    /// <summary>The CPU ends an access. Source: dma_buf_end_cpu_access.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="access">The access to end.</param>
    /// <param name="id">The <see cref="DmaCommand.Id"/>; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>ENOENT or EINVAL (not begun).</returns>
    public static Task<DmaResult<DmaReply>> EndCpuAccessAsync(
        this IDmaBufferGrain buffer, string access, CommandId? id = null, CancellationToken cancellationToken = default) =>
        buffer.ExecuteAsync(new DmaCommand.EndCpuAccess(access) { Id = id }, cancellationToken);

    /// <summary>The CPU reads or writes through its caches, whether or not it owns the buffer.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="access">The caller's new name, used once.</param>
    /// <param name="direction">FromDevice to read, ToDevice to write, Bidirectional for both.</param>
    /// <param name="id">The <see cref="DmaCommand.Id"/>; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>ENOENT, EINVAL, EBADF (released, no device attached) or ENODEV (revoked).</returns>
    public static Task<DmaResult<DmaReply>> CpuAccessAsync(
        this IDmaBufferGrain buffer, string access, DmaDirection direction, CommandId? id = null, CancellationToken cancellationToken = default) =>
        buffer.ExecuteAsync(new DmaCommand.CpuAccess(access, direction) { Id = id }, cancellationToken);

    /// <summary>Does the cache maintenance that a map with DeferFlush owes, if any. Source: thread #34.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="mapping">The mapping.</param>
    /// <param name="id">The <see cref="DmaCommand.Id"/>; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>ENOENT, EINVAL (not mapped) or ENODEV (revoked).</returns>
    public static Task<DmaResult<DmaReply>> FlushAsync(
        this IDmaBufferGrain buffer, string mapping, CommandId? id = null, CancellationToken cancellationToken = default) =>
        buffer.ExecuteAsync(new DmaCommand.Flush(mapping) { Id = id }, cancellationToken);

    /// <summary>The CPU hands a live mapping back to its device. Source: dma_sync_sgtable_for_device.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="sync">The caller's new name, used once.</param>
    /// <param name="mapping">The mapping.</param>
    /// <param name="id">The <see cref="DmaCommand.Id"/>; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>ENOENT, EINVAL (not a name, not mapped) or ENODEV (revoked).</returns>
    public static Task<DmaResult<DmaReply>> SyncForDeviceAsync(
        this IDmaBufferGrain buffer, string sync, string mapping, CommandId? id = null, CancellationToken cancellationToken = default) =>
        buffer.ExecuteAsync(new DmaCommand.SyncForDevice(sync, mapping) { Id = id }, cancellationToken);

    /// <summary>The CPU takes a live mapping over from its device. Source: dma_sync_sgtable_for_cpu.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="sync">The caller's new name, used once.</param>
    /// <param name="mapping">The mapping.</param>
    /// <param name="id">The <see cref="DmaCommand.Id"/>; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>As <see cref="SyncForDeviceAsync"/>.</returns>
    public static Task<DmaResult<DmaReply>> SyncForCpuAsync(
        this IDmaBufferGrain buffer, string sync, string mapping, CommandId? id = null, CancellationToken cancellationToken = default) =>
        buffer.ExecuteAsync(new DmaCommand.SyncForCpu(sync, mapping) { Id = id }, cancellationToken);

    /// <summary>The exporter revokes the buffer. Source: dma_buf_invalidate_mappings.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="id">The <see cref="DmaCommand.Id"/>; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>ENOENT.</returns>
    public static Task<DmaResult<DmaReply>> RevokeAsync(this IDmaBufferGrain buffer, CommandId? id = null, CancellationToken cancellationToken = default) =>
        buffer.ExecuteAsync(new DmaCommand.Revoke { Id = id }, cancellationToken);

    /// <summary>The exporter releases the buffer; its pages are freed when the last importer detaches. Source: dma_buf_put.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="id">The <see cref="DmaCommand.Id"/>; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>ENOENT.</returns>
    public static Task<DmaResult<DmaReply>> ReleaseAsync(this IDmaBufferGrain buffer, CommandId? id = null, CancellationToken cancellationToken = default) =>
        buffer.ExecuteAsync(new DmaCommand.Release { Id = id }, cancellationToken);
}
