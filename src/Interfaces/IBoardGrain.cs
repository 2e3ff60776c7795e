using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using Orleans.Concurrency;

namespace DmaGrains.Interfaces;

/// <summary>
/// A board: its devices, and the names of its buffers; key <c>board:name</c>. What concerns names interleaves with other calls: a board
/// of many buffers is no queue for them.
/// </summary>
[GrainInterfaceType("dma.IBoardGrain")]
[Alias("dma.IBoardGrain")]
public interface IBoardGrain : IGrainWithStringKey
{
    /// <summary>Most buffer names in one page of a listing.</summary>
    const int PageMax = 1000;

    /// <summary>Sets the board up with its memory and devices; the same definition again changes nothing.</summary>
    /// <returns>EINVAL, EEXIST (names or pages used twice, or the board is defined otherwise) or ENOSPC.</returns>
    [Alias("Define")]
    Task<DmaResult<BoardDefinition>> DefineAsync(BoardDefinition definition);

    /// <summary>The board.</summary>
    /// <returns>ENOENT.</returns>
    [ReadOnly]
    [Alias("Get")]
    Task<DmaResult<BoardDefinition>> GetAsync();

    /// <summary>
    /// Adds a device or changes one; every attach after the reply sees it. Who is attached already keeps the demand it attached with.
    /// Costs a call to each silo.
    /// </summary>
    /// <returns>ENOENT, EINVAL or ENOSPC.</returns>
    [Alias("SetDevice")]
    Task<DmaResult<Device>> SetDeviceAsync(Device device);

    /// <summary>Notes a buffer's name before the buffer is made.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="exporter">The device that exports it, or null.</param>
    /// <returns>ENOENT (no such board), ENODEV (no such exporter) or ENOSPC; null when noted.</returns>
    [AlwaysInterleave]
    [Alias("AddBuffer")]
    Task<Refusal?> AddBufferAsync(string buffer, string? exporter);

    /// <summary>Forgets a buffer that is gone.</summary>
    [AlwaysInterleave]
    [Alias("RemoveBuffer")]
    Task RemoveBufferAsync(string buffer);

    /// <summary>
    /// Buffer names, a page at a time, in an order that never changes and is not the alphabet's. Names that are there throughout are
    /// listed once, whatever else comes and goes.
    /// </summary>
    /// <param name="cursor">What the page before said; empty to start.</param>
    /// <param name="count">1 to <see cref="PageMax"/>; a page may have fewer names although more follow.</param>
    /// <returns>EINVAL naming Cursor.</returns>
    [AlwaysInterleave]
    [Alias("ListBuffers")]
    Task<DmaResult<NamePage>> ListBuffersAsync(string cursor, int count);
}
