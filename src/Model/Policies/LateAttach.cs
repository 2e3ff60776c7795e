namespace DmaGrains.Model.Policies;

/// <summary>What becomes of an importer that attaches when storage exists and its list does not satisfy it.</summary>
public enum LateAttach
{
    /// <summary>EBUSY (thread #6, #59).</summary>
    RefuseStricter = 0,

    /// <summary>EBUSY, and while anybody has the buffer mapped so is any other attach (thread #2, the stronger denial).</summary>
    RefuseAny = 1,

    /// <summary>
    /// A list of its own over the same pages where splitting can meet its limits, else EBUSY (thread #4, #6, #8). Who comes before the
    /// storage has one too, so that nobody is better off late. With <see cref="ListSharing.Shared"/> there is no list of its own.
    /// </summary>
    Resplit = 2,

    /// <summary>
    /// Accepted; the storage moves when nobody has it mapped, until then its map is EAGAIN (thread #3, #5). So does storage that the
    /// newcomer may not have or does not reach: out of video memory, too (amdgpu_dma_buf_map, xe_dma_buf_map).
    /// </summary>
    Migrate = 3,

    /// <summary>Accepted without a look, as posted; what breaks is recorded as a hazard (thread #2).</summary>
    Accept = 4,
}
