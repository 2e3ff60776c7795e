using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>A mapped attachment: its own scatterlist over the buffer's storage (thread #12).</summary>
/// <param name="Name">The caller's name for it, unique in the buffer.</param>
/// <param name="Attachment">The attachment that is mapped.</param>
/// <param name="Direction">Which way data moves.</param>
/// <param name="SizeBytes">The buffer's size.</param>
/// <param name="MadeUnder">The union that the list satisfies.</param>
/// <param name="Storage">The pages; the list follows from them, so it is not kept twice.</param>
[GenerateSerializer, Immutable, Alias("dma.mapping")]
public sealed record Mapping(
    string Name,
    string Attachment,
    DmaDirection Direction,
    ulong SizeBytes,
    DmaConstraints MadeUnder,
    BackingStorage Storage)
{
    /// <summary>The list: covers the buffer exactly and satisfies <see cref="MadeUnder"/>.</summary>
    public SgTable ToTable() => TableOver(Storage, SizeBytes);

    /// <summary>The list of a storage's pages as it was allocated; later importers must take it as it is.</summary>
    /// <remarks>
    /// Cut afresh under a later union it could have more segments: the builder floors a limit that the last segment
    /// may meet to the byte.
    /// </remarks>
    internal static SgTable TableOver(BackingStorage storage, ulong sizeBytes) => Scatterlist.Build(
        storage.Extents.AsSpan(),
        0,
        sizeBytes,
        storage.AllocatedUnder.MaxSegmentSize,
        storage.AllocatedUnder.SegmentBoundaryMask).Value;

    internal void AssertInvariants()
    {
        var table = ToTable();
        Invariant.Holds(table.LengthBytes == SizeBytes);
        Invariant.Holds(SegmentCheck.FirstViolation(table.Entries, MadeUnder, Attachment) is null);
    }
}
