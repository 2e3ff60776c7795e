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
/// The limits under which the list is cut: the union at the allocation, or the importer's own (resplit). Later importers must take the list
/// as it is: cut under a later union it could have more segments, because the builder rounds limits down to pages.
/// </param>
/// <param name="Storage">The pages. The list follows from them, so it is not stored.</param>
[GenerateSerializer, Immutable, Alias("dma.mapping")]
public sealed record Mapping(
    string Name,
    string Attachment,
    DmaDirection Direction,
    ulong SizeBytes,
    DmaConstraints MadeUnder,
    BackingStorage Storage) : IListed<Mapping, DeviceUses>
{
    /// <summary>What the mapping holds in MMUs and the bounce pool; null when the device sees physical addresses.</summary>
    [Id(0)]
    public DmaMapped? Mapped { get; init; }

    /// <summary>Whether this is a mapping or raw access (thread #54).</summary>
    [Id(1)]
    public BufferAccess Access { get; init; } = BufferAccess.Map;

    /// <summary>Counts the buffer's mappings from 0.</summary>
    [Id(2)]
    public ulong Sequence { get; init; }

    /// <summary>The device's limits for joining entries behind an MMU; null without one.</summary>
    [Id(3)]
    public DmaConstraints? SteeredBy { get; init; }

    /// <summary>What the map asked for beyond its direction.</summary>
    [Id(4)]
    public MapOptions Options { get; init; }

    /// <summary>Whose turn it is, and whether the cache work of the map is still owed (thread #34).</summary>
    [Id(5)]
    public MappingTurn Turn { get; init; }

    /// <summary>How the device's bus sees memory where no MMU stands in between.</summary>
    [Id(10)]
    public DmaWindows Windows { get; init; }

    /// <summary>The owner of the list's DMA addresses; null when they were made for this mapping alone (thread #12).</summary>
    [Id(9)]
    public AddressOwner? Addresses { get; init; }

    /// <summary>Whether its device snoops the CPU's caches.</summary>
    [Id(11)]
    public bool IsCoherent { get; init; }

    /// <summary>Whether the list was made from physical ranges: it has segments but no entries (<see cref="Memory.PeerPath"/>).</summary>
    /// <remarks>It follows from the limits of its list, which no other list has, and is not stored: a map writes few bytes.</remarks>
    public bool IsOfRanges => Access == BufferAccess.Map && IsForRanges(MadeUnder);

    /// <summary>The count in the limits of a list from physical ranges; no such list is that long.</summary>
    internal const uint RangeCount = uint.MaxValue - 1;

    /// <summary>Whether these are the limits of lists from physical ranges.</summary>
    internal static bool IsForRanges(DmaConstraints limits) => limits.MaxSegmentCount == RangeCount && limits.SegmentBoundaryMask == ulong.MaxValue;

    /// <summary>The mapping's effect on the CPU's caches.</summary>
    public DeviceUse Use => new(IsCoherent, Direction, Turn);

    /// <summary>Whether the mapping moves ownership between CPU and device; raw access does not (thread #54).</summary>
    public bool HandsOver => Access == BufferAccess.Map;

    /// <summary>The number under which MMUs and the bounce pool hold <see cref="Mapped"/>.</summary>
    public ulong HeldAs => Addresses?.Mapping ?? Sequence;

    /// <summary>Whether the addresses were made at this map, not taken over from another.</summary>
    public bool MadeAddresses => HeldAs == Sequence;

    /// <summary>The raw access that the importer mapped itself (thread #54); null when the exporter mapped.</summary>
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

    /// <summary>The mapped segments as the device sees them. The sum of their lengths is <see cref="SizeBytes"/>.</summary>
    public ImmutableArray<DmaSegment> ToSegments() => ToSegments(ToTable());

    internal ImmutableArray<DmaSegment> ToSegments(SgTable table) =>
        MappedSegments.Of(table, SteeredBy ?? DmaConstraints.Unconstrained, Mapped, Windows);

    /// <summary>The scatterlist: it covers the buffer exactly and satisfies <see cref="MadeUnder"/>.</summary>
    public SgTable ToTable() => TableOver(Storage, SizeBytes, MadeUnder);

    /// <summary>The list of a storage's pages, cut under limits of at least one page.</summary>
    internal static SgTable TableOver(BackingStorage storage, ulong sizeBytes, DmaConstraints cutUnder) => Scatterlist.Build(
        storage.Extents.AsSpan(), 0, sizeBytes, cutUnder.MaxSegmentSize, cutUnder.SegmentBoundaryMask).Value;

    /// <summary>Checks the invariants: the list covers the buffer and satisfies <see cref="MadeUnder"/>.</summary>
    /// <param name="table">What <see cref="ToTable"/> gives.</param>
    public void AssertInvariants(SgTable table)
    {
        Invariant.Holds(table.LengthBytes == SizeBytes);
        Invariant.Holds(SegmentCheck.FirstViolation(table, MadeUnder, Attachment) is null);
    }
}
