using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Buffers.History;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;
using Orleans.Concurrency;

namespace DmaGrains.Interfaces;

/// <summary>
/// One shared buffer; key <c>board/buffer</c>. A turn of the grain stands for the kernel's <c>dmabuf-&gt;lock</c>: commands run one at a
/// time, and a reply means that the outcome is durable. A request with an id (<see cref="DmaCommand.Id"/>, <see cref="BufferExport.Id"/>,
/// created by <see cref="DmaCaller"/>) may be sent again until its caller's next request: it gets its first reply and changes nothing.
/// Without an id, a granted command that is repeated gets its first reply while fewer than <see cref="ReplyTable.UnnamedMax"/> others were
/// granted since and the buffer was not exported again, so each name stands for one attachment or mapping; a refused command that is
/// repeated is a new attempt. So is one, with an id too, that was refused because there is no buffer. Clients repeat calls by themselves: the
/// first delivery may lie in a silo that hangs, and be carried out after the second one was refused.
/// </summary>
/// <remarks>
/// <see cref="DmaBufferCommands"/> has a method for each command. Methods that only read answer from the last durable state and do not wait
/// for commands. A caller that cancels gets an <see cref="OperationCanceledException"/> at once: a command that has not begun does not
/// begin, and one that has asked memory or is writing is carried out, like one whose reply was lost. Refusals are values;
/// <c>docs/errors.md</c> lists each command's errnos in the order checked.
/// </remarks>
[GrainInterfaceType("dma.IDmaBufferGrain")]
[Alias("dma.IDmaBufferGrain")]
public interface IDmaBufferGrain : IGrainWithStringKey
{
    /// <summary>The most commands in one batch.</summary>
    const int BatchMax = ReplyTable.RequestMax;

    /// <summary>Exports the buffer. Source: dma_buf_export.</summary>
    /// <returns>EINVAL, ESTALE, ENOENT (no such board), ENODEV (no such exporter), EINVAL (named memory), ENOSPC, EEXIST, or ENOMEM.</returns>
    [Alias("Export")]
    Task<DmaResult<DmaReply>> ExportAsync(BufferExport origin, CancellationToken cancellationToken = default);

    /// <summary>The reply that a map would get; nothing is held or remembered (thread #12).</summary>
    /// <param name="attachment">The attachment that would be mapped.</param>
    /// <param name="direction">Which way data would move.</param>
    /// <param name="options">Options of the map: <see cref="MapOptions.NoBounce"/> tells whether it works without a copy.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>As <see cref="DmaBufferCommands.MapAttachmentAsync"/>.</returns>
    [Alias("TestMap")]
    Task<DmaResult<DmaReply>> TestMapAttachmentAsync(
        string attachment, DmaDirection direction, MapOptions options = MapOptions.None, CancellationToken cancellationToken = default);

    /// <summary>Carries out a command.</summary>
    /// <returns>
    /// ENOENT, EINVAL (malformed id, or the id of another command), ESTALE (the id may have been carried out and forgotten), or the
    /// command's own errnos.
    /// </returns>
    [Alias("Execute")]
    Task<DmaResult<DmaReply>> ExecuteAsync(DmaCommand command, CancellationToken cancellationToken = default);

    /// <summary>Carries out commands in order, in one turn with one durable write.</summary>
    /// <param name="commands">
    /// 1 to <see cref="BatchMax"/> commands; more are ENOSPC. All have ids of one caller with increasing numbers, or none has an id.
    /// </param>
    /// <param name="goOn">Whether to continue after a refusal.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>
    /// A reply for each command that was tried: fewer than commands when a refusal stopped the batch, as ESTALE always does. A single
    /// refusal when the commands cannot be a batch.
    /// </returns>
    [Alias("ExecuteBatch")]
    Task<ImmutableArray<DmaResult<DmaReply>>> ExecuteAsync(ImmutableArray<DmaCommand> commands, bool goOn, CancellationToken cancellationToken = default);

    /// <summary>The running union. Source: thread #0, dma_buf_get_constraints.</summary>
    /// <returns>ENOENT.</returns>
    [AlwaysInterleave]
    [Alias("GetConstraints")]
    Task<DmaResult<DmaConstraints>> GetConstraintsAsync(CancellationToken cancellationToken = default);

    /// <summary>Recomputes the union from the importers' current parameters; changes nothing. Source: thread #0.</summary>
    /// <returns>ENOENT, ENODEV or EINVAL.</returns>
    [Alias("RecalcConstraints")]
    Task<DmaResult<RecalculatedUnion>> RecalcConstraintsAsync(CancellationToken cancellationToken = default);

    /// <summary>The whole buffer.</summary>
    /// <returns>ENOENT.</returns>
    [AlwaysInterleave]
    [Alias("Describe")]
    Task<DmaResult<DmaBuffer>> DescribeAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// What happened to the buffer, from its journal: exports and commands that were granted, and those that were refused if they had an
    /// id, each exactly once, from the last durable state. At least the last 32 events are kept, at most 64; also when the buffer is gone.
    /// Commands without an id are not told when they were refused or changed nothing.
    /// </summary>
    /// <param name="after">The <see cref="HistoryPage.Next"/> or the id of the event after which to go on; the default for all that are kept.</param>
    /// <param name="wait">How long to wait for an event when there is none, 0 to <see cref="HistoryPage.WaitMax"/>; the reply may come earlier without one.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>EINVAL naming Wait, ENOENT, or EINVAL naming After (no id of this buffer).</returns>
    [AlwaysInterleave]
    [Alias("History")]
    Task<DmaResult<HistoryPage>> HistoryAsync(BufferEventId after = default, TimeSpan wait = default, CancellationToken cancellationToken = default);

    /// <summary>
    /// For the repair of a board: gives back what the buffer owes and what is held for it but not used, and makes the board list it if and
    /// only if it is alive.
    /// </summary>
    /// <param name="pages">The pages that the board's memory holds under its name.</param>
    /// <param name="mappings">The mappings that the board's MMUs and bounce pool hold under its name.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>ENOENT when no buffer can have this name, EINVAL naming Pages or Mappings (null), or Buffer (another buffer's).</returns>
    [Alias("Repair")]
    Task<DmaResult<BufferRepair>> RepairAsync(
        ImmutableArray<AllocationToken> pages, ImmutableArray<MapToken> mappings, CancellationToken cancellationToken = default);
}
