using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using Orleans.Concurrency;

namespace DmaGrains.Interfaces;

/// <summary>A board: its devices, and the names of its buffers; key <c>board:name</c>.</summary>
[GrainInterfaceType("dma.IBoardGrain")]
[Alias("dma.IBoardGrain")]
public interface IBoardGrain : IGrainWithStringKey
{
    /// <summary>Most buffer names in one page of a listing.</summary>
    const int PageMax = 1000;

    /// <summary>How long calls are waited for that go to many grains.</summary>
    const string LongCall = "00:01:00";

    /// <summary>
    /// Sets the board up with its memory and devices; the same definition again changes nothing. Costs a write for each device: waited
    /// for longer than other calls.
    /// </summary>
    /// <returns>EINVAL, EEXIST (names or pages used twice, or the board is defined otherwise) or ENOSPC.</returns>
    [ResponseTimeout(LongCall)]
    [Alias("Define")]
    Task<DmaResult<BoardDefinition>> DefineAsync(BoardDefinition definition);

    /// <summary>The board.</summary>
    /// <returns>ENOENT.</returns>
    [ReadOnly]
    [Alias("Get")]
    Task<DmaResult<BoardDefinition>> GetAsync();

    /// <summary>
    /// Adds a device or changes one; every attach after the reply sees it. Who is attached already keeps the demand it attached with.
    /// Costs a call to each buffer of the board: waited for longer than other calls.
    /// </summary>
    /// <returns>ENOENT, EINVAL or ENOSPC.</returns>
    [ResponseTimeout(LongCall)]
    [Alias("SetDevice")]
    Task<DmaResult<Device>> SetDeviceAsync(Device device);

    /// <summary>Notes a buffer's name before the buffer is made.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="exporter">The device that exports it, or null.</param>
    /// <returns>ENOENT (no such board), ENODEV (no such exporter) or ENOSPC; null when noted.</returns>
    [Alias("AddBuffer")]
    Task<Refusal?> AddBufferAsync(string buffer, string? exporter);

    /// <summary>Forgets a buffer that is gone.</summary>
    [Alias("RemoveBuffer")]
    Task RemoveBufferAsync(string buffer);

    /// <summary>Buffer names in order, a page at a time.</summary>
    /// <param name="after">The last name of the page before; empty to start.</param>
    /// <param name="count">1 to <see cref="PageMax"/>.</param>
    [ReadOnly]
    [Alias("ListBuffers")]
    Task<ImmutableArray<string>> ListBuffersAsync(string after, int count);
}
