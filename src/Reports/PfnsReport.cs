using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Reports;

/// <summary>
/// Page frame numbers, of the kernel's pages, as runs. Each stands for a whole page, the last one for what is left of the buffer (thread
/// #54).
/// </summary>
/// <param name="Regions">The memory regions that the pages came from.</param>
/// <param name="SizeBytes">The buffer's size.</param>
/// <param name="PfnCount">The number of page frame numbers.</param>
/// <param name="LastPageBytes">Bytes of the buffer in the last page, 1 to 4096, 16384 or 65536.</param>
/// <param name="Runs">Runs of consecutive numbers, in buffer order.</param>
public sealed record PfnsReport(
    ImmutableArray<string> Regions, ulong SizeBytes, ulong PfnCount, ulong LastPageBytes, ImmutableArray<PfnRunReport> Runs)
{
    /// <summary>The report of page frame numbers; null when a mapping was taken otherwise.</summary>
    public static PfnsReport? Of(Mapping mapping) => mapping.Access != BufferAccess.Pfns
        ? null
        : new(
            mapping.Storage.Regions,
            mapping.SizeBytes,
            mapping.Storage.PageCount >> mapping.Storage.PageOrder,
            ((mapping.SizeBytes - 1) % Page.SizeOf(mapping.Storage.PageOrder)) + 1,
            [
                .. mapping.Storage.Extents.Select(extent => new PfnRunReport(
                    extent.FirstPfn >> mapping.Storage.PageOrder, extent.PageCount >> mapping.Storage.PageOrder)),
            ]);
}

/// <summary>Consecutive page frame numbers.</summary>
/// <param name="First">The first.</param>
/// <param name="Count">How many.</param>
public sealed record PfnRunReport(ulong First, ulong Count);
