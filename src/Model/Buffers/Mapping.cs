using System.Collections.Immutable;
using DmaGrains.Model.Coherency;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>A mapped attachment: its own scatterlist over the buffer's storage (thread #12).</summary>
/// <param name="Name">The caller's name for it, unique in the buffer.</param>
/// <param name="Attachment">The attachment that is mapped.</param>
/// <param name="Direction">Which way data moves.</param>
/// <param name="SizeBytes">The buffer's size.</param>
/// <param name="MadeUnder">
/// The limits under which the list is cut: the union at the allocation, or the importer's own (resplit). Later importers must take
/// the list as it is: cut afresh under a later union it could have more segments, as the builder floors a limit that the last
/// segment may meet to the byte.
/// </param>
/// <param name="Storage">The pages; the list follows from them, so it is not kept twice.</param>
[GenerateSerializer, Immutable, Alias("dma.mapping")]
public sealed record Mapping(
    string Name,
    string Attachment,
    DmaDirection Direction,
    ulong SizeBytes,
    DmaConstraints MadeUnder,
    BackingStorage Storage) : IListed<Mapping, DeviceUses>
{
    /// <summary>What it holds of MMUs and the bounce pool; null when the device sees physical addresses.</summary>
    [Id(0)]
    public DmaMapped? Mapped { get; init; }

    /// <summary>Whether it is a mapping proper, or raw access (thread #54).</summary>
    [Id(1)]
    public BufferAccess Access { get; init; } = BufferAccess.Map;

    /// <summary>Counts the buffer's mappings from 0.</summary>
    [Id(2)]
    public ulong Sequence { get; init; }

    /// <summary>The device's limits that steer how entries are joined behind an MMU.</summary>
    [Id(3)]
    public DmaConstraints? SteeredBy { get; init; }

    /// <summary>What the map asked for beyond its direction.</summary>
    [Id(4)]
    public MapOptions Options { get; init; }

    /// <summary>Whose turn it is, and whether the cache work of the map is still owed (thread #34).</summary>
    [Id(5)]
    public MappingTurn Turn { get; init; }

    /// <summary>How the bus of the device sees memory, where no MMU stands in between.</summary>
    [Id(10)]
    public DmaWindows Windows { get; init; }

    /// <summary>Whose DMA addresses are in the list; null when they were made for this mapping alone (thread #12).</summary>
    [Id(9)]
    public AddressOwner? Addresses { get; init; }

    /// <summary>Whether its device snoops the CPU's caches.</summary>
    [Id(11)]
    public bool IsCoherent { get; init; }

    /// <summary>What it is to the CPU's caches.</summary>
    public DeviceUse Use => new(IsCoherent, Direction, Turn);

    /// <summary>Whether it moves ownership: raw access does not (thread #54).</summary>
    public bool HandsOver => Access == BufferAccess.Map;

    /// <summary>The number under which MMUs and the bounce pool hold what <see cref="Mapped"/> says.</summary>
    public ulong HeldAs => Addresses?.Mapping ?? Sequence;

    /// <summary>Whether the addresses were made at this map, not taken over from another.</summary>
    public bool MadeAddresses => HeldAs == Sequence;

    /// <summary>The raw access that its importer mapped itself (thread #54); null when the exporter did.</summary>
    [Id(7)]
    public string? Raw { get; init; }

    static DeviceUses IListed<Mapping, DeviceUses>.SumOf(ReadOnlySpan<Mapping> items)
    {
        var uses = default(DeviceUses);
        foreach (var mapping in items)
        {
            if (mapping.HandsOver)
            {
                uses.Add(mapping.Use);
            }
        }

        return uses;
    }

    static void IListed<Mapping, DeviceUses>.AddTo(ref DeviceUses sum, in DeviceUses other) => sum.Add(other);

    /// <summary>What the device walks after mapping: address and length as it sees them. Σ LengthBytes = SizeBytes.</summary>
    public ImmutableArray<DmaSegment> ToSegments() => ToSegments(ToTable());

    internal ImmutableArray<DmaSegment> ToSegments(SgTable table) =>
        MappedSegments.Of(table, SteeredBy ?? DmaConstraints.Unconstrained, Mapped, Windows);

    /// <summary>The list: covers the buffer exactly and satisfies <see cref="MadeUnder"/>.</summary>
    public SgTable ToTable() => TableOver(Storage, SizeBytes, MadeUnder);

    /// <summary>The list of a storage's pages, cut under limits of at least one page.</summary>
    internal static SgTable TableOver(BackingStorage storage, ulong sizeBytes, DmaConstraints cutUnder) => Scatterlist.Build(
        storage.Extents.AsSpan(), 0, sizeBytes, cutUnder.MaxSegmentSize, cutUnder.SegmentBoundaryMask).Value;

    /// <summary>Checks what must always hold: the list covers the buffer and satisfies the union that it was made under.</summary>
    /// <param name="table">What <see cref="ToTable"/> gives.</param>
    public void AssertInvariants(SgTable table)
    {
        Invariant.Holds(table.LengthBytes == SizeBytes);
        Invariant.Holds(SegmentCheck.FirstViolation(table, MadeUnder, Attachment) is null);
    }
}
