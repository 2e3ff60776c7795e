using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;
using Orleans.Concurrency;

namespace DmaGrains.Interfaces;

/// <summary>
/// One shared buffer; key <c>board/buffer</c>. Its turn is the kernel's <c>dmabuf-&gt;lock</c>: commands run one at a time, and a reply
/// means that the outcome is durable. Every granted command may be sent again: under the same names it gets its first reply and
/// changes nothing, as long as fewer than <see cref="ReplyWindow.Capacity"/> other commands were granted since. So attachments and
/// mappings are named once. A refused command left nothing; sent again it is a new attempt, unless it has an
/// <see cref="DmaCommand.Id"/>: then it gets its first reply too.
/// </summary>
/// <remarks>Refusals are values; <c>docs/errors.md</c> lists each command's errnos in the order checked.</remarks>
[GrainInterfaceType("dma.IDmaBufferGrain")]
[Alias("dma.IDmaBufferGrain")]
public interface IDmaBufferGrain : IGrainWithStringKey
{
    /// <summary>Most commands in one batch.</summary>
    const int BatchMax = 1024;

    /// <summary>Exports the buffer. Source: dma_buf_export.</summary>
    /// <returns>EINVAL, ENOENT (no such board), ENODEV (no such exporter), EINVAL (named memory), ENOSPC, EEXIST, or ENOMEM.</returns>
    [Alias("Export")]
    Task<DmaResult<DmaReply>> ExportAsync(BufferExport origin);

    /// <summary>Attaches a device of the board. Source: dma_buf_attach with thread #0, #4, #6.</summary>
    /// <param name="attachment">The caller's new name for the attachment.</param>
    /// <param name="device">The importing device.</param>
    /// <returns>ENOENT, EINVAL, EEXIST, EBADF, ENODEV, EBUSY, ENOSPC, EINVAL (no common constraints, unrepresentable), ENOMEM or EIO.</returns>
    [Alias("Attach")]
    Task<DmaResult<DmaReply>> AttachAsync(string attachment, string device);

    /// <summary>Detaches. Source: dma_buf_detach.</summary>
    /// <returns>ENOENT, EINVAL (not attached) or EBUSY (mapped).</returns>
    [Alias("Detach")]
    Task<DmaResult<DmaReply>> DetachAsync(string attachment);

    /// <summary>Maps an attachment; the first map of the buffer allocates. Source: dma_buf_map_attachment with thread #59.</summary>
    /// <param name="mapping">The caller's new name for the mapping.</param>
    /// <param name="attachment">The attachment to map.</param>
    /// <param name="direction">Which way data moves.</param>
    /// <param name="options">What it asks for beyond that.</param>
    /// <returns>
    /// ENOENT, EINVAL, EEXIST, ENODEV (revoked), EREMOTEIO (no bus leads to a peer's memory), EOPNOTSUPP (options), EAGAIN, ENOSPC, ENOMEM
    /// or EIO.
    /// </returns>
    [Alias("Map")]
    Task<DmaResult<DmaReply>> MapAttachmentAsync(
        string mapping, string attachment, DmaDirection direction, MapOptions options = MapOptions.None);

    /// <summary>What a map would answer; nothing is held afterwards, and nothing is remembered (thread #12).</summary>
    /// <param name="attachment">The attachment that would be mapped.</param>
    /// <param name="direction">Which way data would move.</param>
    /// <param name="options">What the map would ask for: <see cref="MapOptions.NoBounce"/> tells whether it is without a copy.</param>
    /// <returns>As <see cref="MapAttachmentAsync"/>.</returns>
    [Alias("TestMap")]
    Task<DmaResult<DmaReply>> TestMapAttachmentAsync(
        string attachment, DmaDirection direction, MapOptions options = MapOptions.None);

    /// <summary>Unmaps. Source: dma_buf_unmap_attachment.</summary>
    /// <returns>ENOENT or EINVAL (not mapped).</returns>
    [Alias("Unmap")]
    Task<DmaResult<DmaReply>> UnmapAttachmentAsync(string mapping);

    /// <summary>Takes the list unmapped; the importer maps it itself. Source: thread #54.</summary>
    /// <param name="mapping">The caller's new name for it, one of the mappings.</param>
    /// <param name="attachment">The attachment that takes it.</param>
    /// <returns>ENOENT, EINVAL, EEXIST, ENODEV (revoked), EAGAIN, ENOSPC, ENOMEM or EIO.</returns>
    [Alias("GetScatterlist")]
    Task<DmaResult<DmaReply>> GetScatterlistAsync(string mapping, string attachment);

    /// <summary>Puts an unmapped scatterlist back. Source: thread #54.</summary>
    /// <returns>ENOENT, EINVAL (not taken so) or EBUSY (mapped).</returns>
    [Alias("PutScatterlist")]
    Task<DmaResult<DmaReply>> PutScatterlistAsync(string mapping);

    /// <summary>
    /// The importer maps what it took unmapped: the list as it got it, or one that it builds of the page frame numbers, an entry for each
    /// run of pages. It costs what a map costs, and an unmap ends it. Source: thread #51, #54.
    /// </summary>
    /// <param name="mapping">The caller's new name for the mapping.</param>
    /// <param name="raw">The raw access to map.</param>
    /// <param name="direction">Which way data moves.</param>
    /// <param name="options">What it asks for beyond that.</param>
    /// <returns>
    /// ENOENT, EINVAL, EEXIST, EINVAL (no raw access), EBUSY (the list is mapped already), ENODEV (revoked), EREMOTEIO, EOPNOTSUPP, ENOSPC,
    /// ENOMEM, EIO or EINVAL (segments), as <see cref="MapAttachmentAsync"/>.
    /// </returns>
    [Alias("MapRaw")]
    Task<DmaResult<DmaReply>> MapRawAsync(
        string mapping, string raw, DmaDirection direction, MapOptions options = MapOptions.None);

    /// <summary>Takes the page frame numbers: whole pages, the last one covers the rest of the buffer. Source: thread #54.</summary>
    /// <param name="mapping">The caller's new name for it, one of the mappings.</param>
    /// <param name="attachment">The attachment that takes them.</param>
    /// <returns>As <see cref="GetScatterlistAsync"/>.</returns>
    [Alias("GetPfns")]
    Task<DmaResult<DmaReply>> GetPfnsAsync(string mapping, string attachment);

    /// <summary>Puts page frame numbers back. Source: thread #54.</summary>
    /// <returns>ENOENT, EINVAL (not taken so) or EBUSY (mapped).</returns>
    [Alias("PutPfns")]
    Task<DmaResult<DmaReply>> PutPfnsAsync(string mapping);

    /// <summary>The CPU takes the buffer over from devices. Source: dma_buf_begin_cpu_access.</summary>
    /// <param name="access">The caller's new name for it.</param>
    /// <param name="direction">From the device to read, to the device to write, or both.</param>
    /// <returns>ENOENT, EINVAL, EBADF (released and left), ENODEV (revoked), EEXIST or ENOSPC.</returns>
    [Alias("BeginCpuAccess")]
    Task<DmaResult<DmaReply>> BeginCpuAccessAsync(string access, DmaDirection direction);

    /// <summary>The CPU ends an access. Source: dma_buf_end_cpu_access.</summary>
    /// <returns>ENOENT or EINVAL (not begun).</returns>
    [Alias("EndCpuAccess")]
    Task<DmaResult<DmaReply>> EndCpuAccessAsync(string access);

    /// <summary>The CPU reads or writes through its caches, allowed or not: it just does.</summary>
    /// <param name="access">The caller's new name for it, used once.</param>
    /// <param name="direction">From the device to read, to the device to write, or both.</param>
    /// <returns>ENOENT, EINVAL, EBADF (released and left) or ENODEV (revoked).</returns>
    [Alias("CpuAccess")]
    Task<DmaResult<DmaReply>> CpuAccessAsync(string access, DmaDirection direction);

    /// <summary>Does the cache maintenance that a map with defer-flush owes, if any. Source: thread #34.</summary>
    /// <param name="mapping">The mapping.</param>
    /// <returns>ENOENT, EINVAL (not mapped) or ENODEV (revoked).</returns>
    [Alias("Flush")]
    Task<DmaResult<DmaReply>> FlushAsync(string mapping);

    /// <summary>The CPU hands a live mapping back to its device. Source: dma_sync_sgtable_for_device.</summary>
    /// <param name="sync">The caller's new name for it, used once.</param>
    /// <param name="mapping">The mapping.</param>
    /// <returns>ENOENT, EINVAL (not a name, not mapped) or ENODEV (revoked).</returns>
    [Alias("SyncForDevice")]
    Task<DmaResult<DmaReply>> SyncForDeviceAsync(string sync, string mapping);

    /// <summary>The CPU takes a live mapping over from its device. Source: dma_sync_sgtable_for_cpu.</summary>
    /// <param name="sync">The caller's new name for it, used once.</param>
    /// <param name="mapping">The mapping.</param>
    /// <returns>As <see cref="SyncForDeviceAsync"/>.</returns>
    [Alias("SyncForCpu")]
    Task<DmaResult<DmaReply>> SyncForCpuAsync(string sync, string mapping);

    /// <summary>The exporter takes the buffer back. Source: dma_buf_invalidate_mappings.</summary>
    /// <returns>ENOENT.</returns>
    [Alias("Revoke")]
    Task<DmaResult<DmaReply>> RevokeAsync();

    /// <summary>The exporter releases the buffer; its pages are freed when the last importer detaches. Source: dma_buf_put.</summary>
    /// <returns>ENOENT.</returns>
    [Alias("Release")]
    Task<DmaResult<DmaReply>> ReleaseAsync();

    /// <summary>Carries out commands in order, in one turn with one durable write.</summary>
    /// <param name="commands">1 to <see cref="BatchMax"/> commands; more is ENOSPC.</param>
    /// <param name="goOn">Whether to go on after a refusal.</param>
    /// <returns>A reply per command that was tried: fewer than the commands when a refusal stopped the batch.</returns>
    [Alias("Execute")]
    Task<ImmutableArray<DmaResult<DmaReply>>> ExecuteAsync(ImmutableArray<DmaCommand> commands, bool goOn);

    /// <summary>The running union. Source: thread #0, dma_buf_get_constraints.</summary>
    /// <returns>ENOENT.</returns>
    [ReadOnly]
    [Alias("GetConstraints")]
    Task<DmaResult<DmaConstraints>> GetConstraintsAsync();

    /// <summary>Recomputes the union from the importers' current parameters; changes nothing. Source: thread #0.</summary>
    /// <returns>ENOENT, ENODEV or EINVAL.</returns>
    [Alias("RecalcConstraints")]
    Task<DmaResult<RecalculatedUnion>> RecalcConstraintsAsync();

    /// <summary>The whole buffer.</summary>
    /// <returns>ENOENT.</returns>
    [ReadOnly]
    [Alias("Describe")]
    Task<DmaResult<DmaBuffer>> DescribeAsync();

    /// <summary>
    /// Gives back what the buffer owes; where it owes nothing, nothing happens. A command does so at its end, and a buffer whose command
    /// was cut off when it is activated: this is for whoever sees to it that it is.
    /// </summary>
    [Alias("Settle")]
    Task SettleAsync();

    /// <summary>
    /// For the repair of a board: gives back what the buffer owes and what is held for it in vain, and has the board list it if it lives,
    /// and not list it if it does not.
    /// </summary>
    /// <param name="pages">What the board's memory holds under its name.</param>
    /// <param name="mappings">What the board's MMUs and bounce pool hold under its name.</param>
    [Alias("Repair")]
    Task<BufferRepair> RepairAsync(ImmutableArray<AllocationToken> pages, ImmutableArray<MapToken> mappings);
}
