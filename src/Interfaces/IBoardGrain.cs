using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using Orleans.Concurrency;

namespace DmaGrains.Interfaces;

/// <summary>
/// A board: its devices, and the names of its buffers; key <c>board:name</c>. Calls that add, remove or list names interleave with others,
/// so the buffers of a board do not wait for each other. A cancelled call stops between two devices; repeating the call completes it.
/// </summary>
[GrainInterfaceType("dma.IBoardGrain")]
[Alias("dma.IBoardGrain")]
public interface IBoardGrain : IGrainWithStringKey
{
    /// <summary>Most buffer names in one page of a listing.</summary>
    const int PageMax = 1000;

    /// <summary>The timeout of calls that involve many grains.</summary>
    const string LongCall = "00:01:00";

    /// <summary>
    /// Sets the board up with its memory and devices; the same definition again changes nothing. It takes a write for each device, so
    /// the timeout is <see cref="LongCall"/>.
    /// </summary>
    /// <returns>
    /// As <see cref="BoardDefinition.Check"/>: EINVAL, EEXIST, ENOSPC or EBUSY; also EEXIST when the board has a different definition.
    /// </returns>
    [ResponseTimeout(LongCall)]
    [Alias("Define")]
    Task<DmaResult<BoardDefinition>> DefineAsync(BoardDefinition definition, CancellationToken cancellationToken = default);

    /// <summary>
    /// Replaces the board's definition, or defines it as <see cref="DefineAsync"/> does. Everything is set up once more, so the same
    /// definition also repairs a board whose parts do not match it. The timeout is <see cref="LongCall"/>.
    /// </summary>
    /// <returns>As <see cref="BoardDefinition.Check"/>; EBUSY naming Memory when the board has buffers and its memory or MMUs would change.</returns>
    [ResponseTimeout(LongCall)]
    [Alias("Replace")]
    Task<DmaResult<BoardDefinition>> ReplaceAsync(BoardDefinition definition, CancellationToken cancellationToken = default);

    /// <summary>Removes the board with its memory, MMUs and devices; removing it again is granted.</summary>
    /// <returns>ENOENT when there was never such a board, EBUSY naming Buffers when it has buffers; null when removed.</returns>
    [ResponseTimeout(LongCall)]
    [Alias("Remove")]
    Task<Refusal?> RemoveAsync(CancellationToken cancellationToken = default);

    /// <summary>The board.</summary>
    /// <returns>ENOENT, also when its definition was interrupted.</returns>
    [ReadOnly]
    [Alias("Get")]
    Task<DmaResult<BoardDefinition>> GetAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Adds or changes a device; every attach after the reply sees the change. Importers that are attached keep the demand they attached
    /// with. An interrupted definition is completed first. It takes a call to each silo, so the timeout is <see cref="LongCall"/>.
    /// </summary>
    /// <returns>ENOENT, or as <see cref="BoardDefinition.Check"/> of the board with that device: EINVAL, ENOSPC or EBUSY.</returns>
    [ResponseTimeout(LongCall)]
    [Alias("SetDevice")]
    Task<DmaResult<Device>> SetDeviceAsync(Device device, CancellationToken cancellationToken = default);

    /// <summary>Switches the MMU of a device to another of its contexts: its own MMU, or else that of its bus (thread #38, #39).</summary>
    /// <param name="device">The device.</param>
    /// <param name="context">The context, from 0.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>ENOENT (no such board), ENODEV, EINVAL naming Iommu (not behind an MMU) or Context (no such context); null when switched.</returns>
    [Alias("SwitchContext")]
    Task<Refusal?> SwitchContextAsync(string device, uint context, CancellationToken cancellationToken = default);

    /// <summary>
    /// Buffer names, a page at a time, in an order that never changes but is not alphabetical. A buffer that exists throughout the
    /// listing is listed exactly once, whatever is added or removed meanwhile.
    /// </summary>
    /// <param name="cursor">The cursor of the previous page; empty to start.</param>
    /// <param name="count">1 to <see cref="PageMax"/>; a page may have fewer names even if more follow.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>EINVAL naming Cursor.</returns>
    [AlwaysInterleave]
    [Alias("ListBuffers")]
    Task<DmaResult<NamePage>> ListBuffersAsync(string cursor, int count, CancellationToken cancellationToken = default);
}
