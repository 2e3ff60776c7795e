using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
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

    /// <summary>How long calls are waited for that go to many grains.</summary>
    const string LongCall = "00:01:00";

    /// <summary>
    /// Sets the board up with its memory and devices; the same definition again changes nothing. Costs a write for each device: waited
    /// for longer than other calls.
    /// </summary>
    /// <returns>
    /// What <see cref="BoardDefinition.Check"/> answers: EINVAL, EEXIST, ENOSPC or EBUSY; EEXIST too when the board is defined otherwise.
    /// </returns>
    [ResponseTimeout(LongCall)]
    [Alias("Define")]
    Task<DmaResult<BoardDefinition>> DefineAsync(BoardDefinition definition);

    /// <summary>
    /// Defines the board anew, whatever it was; where there is none, as <see cref="DefineAsync"/>. Also sets up once more what it has, so
    /// the same definition mends a board whose parts say otherwise. Costs as much: waited for longer than other calls.
    /// </summary>
    /// <returns>What <see cref="BoardDefinition.Check"/> answers; EBUSY naming Memory when it has buffers and memory or MMUs would change.</returns>
    [ResponseTimeout(LongCall)]
    [Alias("Replace")]
    Task<DmaResult<BoardDefinition>> ReplaceAsync(BoardDefinition definition);

    /// <summary>Takes the board away with its memory, MMUs and devices; one that is gone is removed.</summary>
    /// <returns>ENOENT when there never was such a board, EBUSY naming Buffers when it has some; null when removed.</returns>
    [ResponseTimeout(LongCall)]
    [Alias("Remove")]
    Task<Refusal?> RemoveAsync();

    /// <summary>The board.</summary>
    /// <returns>ENOENT, also while its set-up is cut off.</returns>
    [ReadOnly]
    [Alias("Get")]
    Task<DmaResult<BoardDefinition>> GetAsync();

    /// <summary>
    /// Adds a device or changes one; every attach after the reply sees it. Who is attached already keeps the demand it attached with. A
    /// board whose set-up was cut off is set up first. Costs a call to each silo: waited for longer than other calls.
    /// </summary>
    /// <returns>ENOENT, or what <see cref="BoardDefinition.Check"/> answers to the board with it: EINVAL, ENOSPC or EBUSY.</returns>
    [ResponseTimeout(LongCall)]
    [Alias("SetDevice")]
    Task<DmaResult<Device>> SetDeviceAsync(Device device);

    /// <summary>Switches the MMU of a device to another of its contexts: its own MMU, or else that of its bus (thread #38, #39).</summary>
    /// <param name="device">The device.</param>
    /// <param name="context">The context, from 0.</param>
    /// <returns>ENOENT (no such board), ENODEV, EINVAL naming Iommu (no MMU) or Context (it has not so many); null when switched.</returns>
    [Alias("SwitchContext")]
    Task<Refusal?> SwitchContextAsync(string device, uint context);

    /// <summary>
    /// Notes a buffer's name before the buffer is made, and finds the regions that its exporter names. A later generation takes the place
    /// of an earlier one.
    /// </summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="generation">Which storage of that name it begins with, or has.</param>
    /// <param name="exporter">The device that exports it, or null.</param>
    /// <param name="memory">The regions that storage is taken from; none for system RAM and contiguous areas.</param>
    /// <returns>
    /// The named regions, in that order. EINVAL naming Buffer, Exporter or Memory (not names), ENOENT (no such board), ENODEV (no such exporter), EINVAL as
    /// <see cref="NamedRegions.Find"/>, EINVAL naming Generation (removed a short while ago), or ENOSPC; then nothing is noted.
    /// </returns>
    [AlwaysInterleave]
    [Alias("AddBuffer")]
    Task<DmaResult<ImmutableArray<MemoryRegionLayout>>> AddBufferAsync(
        string buffer, uint generation, string? exporter, NameList memory);

    /// <summary>Forgets a buffer that is gone; what has been exported under that name since stays.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="generation">Which storage of that name it had last.</param>
    /// <returns>EINVAL naming Buffer; null when it is not listed any more.</returns>
    [AlwaysInterleave]
    [Alias("RemoveBuffer")]
    Task<Refusal?> RemoveBufferAsync(string buffer, uint generation);

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
