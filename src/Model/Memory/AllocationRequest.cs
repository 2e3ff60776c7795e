using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using Orleans;

namespace DmaGrains.Model.Memory;

/// <summary>A buffer's request for pages: at the first map by default, at the export or attach under some policies, and when the storage moves.</summary>
/// <param name="Token">Identifies the allocation.</param>
/// <param name="SizeBytes">Bytes, 1 or more; whole pages are given.</param>
/// <param name="Constraints">The union that a list over the pages must satisfy.</param>
/// <param name="HighestAddress">The last address that every importer reaches.</param>
/// <param name="NarrowestImporter">The importer with the narrowest reach, for the message.</param>
[GenerateSerializer, Immutable, Alias("dma.allocation-request")]
public sealed record AllocationRequest(
    AllocationToken Token, ulong SizeBytes, DmaConstraints Constraints, ulong HighestAddress, string NarrowestImporter)
{
    /// <summary>The regions to take it from, in the order to try them; empty for system RAM and contiguous areas.</summary>
    [Id(0)]
    public NameList Regions { get; init; }

    /// <summary>
    /// The narrowest reach among the importers other than <see cref="NarrowestImporter"/>; null when it does not matter, or there are no
    /// others.
    /// </summary>
    [Id(1)]
    public ImporterReach? Others { get; init; }

    /// <summary>The importers that reach memory through windows: a page must lie in the reach of each of them.</summary>
    [Id(2)]
    public WindowedReaches Windowed { get; init; }

    /// <summary>
    /// The preferred shortest segment, in bytes; 0 for no preference. It only chooses between pages of the same memory: it never refuses,
    /// and never takes scarcer memory (thread #10).
    /// </summary>
    [Id(3)]
    public uint PreferredSegmentSize { get; init; }

    /// <summary>The limits of each list where each importer has its own; the default when one list serves all.</summary>
    [Id(5)]
    public LimitsPerImporter LimitsPerImporter { get; init; }

    /// <summary>Pages of 4 KiB that the size takes.</summary>
    public ulong PageCount => Page.CountFor(SizeBytes);

    /// <summary>The request for memory that comes in kernel pages of an order.</summary>
    /// <param name="pageOrder">The kernel's page order.</param>
    public AllocationRequest InPages(int pageOrder) => pageOrder == 0 && Constraints.Limits.IsEmpty ? this : this with
    {
        SizeBytes = Page.CountFor(SizeBytes, pageOrder) << Page.Shift,
        Constraints = Constraints.InPages(pageOrder),
        PreferredSegmentSize = (uint)Math.Min(
            uint.MaxValue & ~(Page.SizeOf(pageOrder) - 1), Page.CountFor(PreferredSegmentSize, pageOrder) << Page.Shift),
    };

    /// <summary>Checks the request by itself, without the memory; null when it is valid.</summary>
    /// <returns>
    /// EINVAL naming Buffer, SizeBytes, NarrowestImporter or Importer (of <see cref="Others"/> or <see cref="Windowed"/>); EINVAL or ENOSPC
    /// naming Memory; ENOSPC naming Windowed.
    /// </returns>
    public Refusal? Check()
    {
        if (Token.Check() is { } unnamed)
        {
            return unnamed;
        }

        if (SizeBytes is 0 or > BufferExport.SizeBytesMax)
        {
            return new(
                Errno.EINVAL, null, nameof(SizeBytes), SizeBytes, BufferExport.SizeBytesMax,
                $"{Token} asks for {SizeBytes} bytes: expected 1 to {BufferExport.SizeBytesMax}.");
        }

        if ((ModelName.CheckShown(NarrowestImporter, nameof(NarrowestImporter))
            ?? (Others is { } others ? ModelName.CheckShown(others.Importer, nameof(ImporterReach.Importer)) : null)
            ?? NamedRegions.Check(Regions)) is { } refusal)
        {
            return refusal;
        }

        if (Windowed.All.Length > DmaBuffer.AttachmentsMax)
        {
            return new(
                Errno.ENOSPC, null, nameof(Windowed), (ulong)Windowed.All.Length, DmaBuffer.AttachmentsMax,
                $"{Token} asks for {Windowed.All.Length} importers with windows: expected at most {DmaBuffer.AttachmentsMax}.");
        }

        foreach (var (importer, _) in Windowed.All)
        {
            if (ModelName.CheckShown(importer, nameof(WindowedReach.Importer)) is { } bad)
            {
                return bad;
            }
        }

        return null;
    }

    /// <summary>The narrowest reach in a region. A device reaches its own memory whatever its mask.</summary>
    public ImporterReach ReachIn(MemoryRegionLayout region) => !region.IsOwnOf(NarrowestImporter)
        ? new(NarrowestImporter, HighestAddress)
        : Others ?? new(NarrowestImporter, ulong.MaxValue);
}
