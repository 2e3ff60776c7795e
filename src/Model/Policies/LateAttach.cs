namespace DmaGrains.Model.Policies;

/// <summary>What happens to an importer that attaches when storage exists whose list does not suit it.</summary>
public enum LateAttach
{
    /// <summary>EBUSY (thread #6, #59).</summary>
    RefuseStricter = 0,

    /// <summary>EBUSY, and while the buffer is mapped every other attach is EBUSY, too (thread #2, the stronger denial).</summary>
    RefuseAny = 1,

    /// <summary>
    /// A list of its own over the same pages where splitting can meet its limits, else EBUSY (thread #4, #6, #8). Earlier importers get one
    /// too, so that nobody is better off late. Without effect with <see cref="ListSharing.Shared"/>.
    /// </summary>
    Resplit = 2,

    /// <summary>
    /// Accepted; the storage moves once nobody has it mapped, and until then the importer's map is EAGAIN (thread #3, #5). Storage that the
    /// newcomer may not use or does not reach moves too, for example out of video memory (amdgpu_dma_buf_map, xe_dma_buf_map).
    /// </summary>
    Migrate = 3,

    /// <summary>Accepted without a check, as posted; what breaks is recorded as a hazard (thread #2).</summary>
    Accept = 4,
}
