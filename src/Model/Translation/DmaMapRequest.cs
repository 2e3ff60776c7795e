using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>A mapping's request to the board's IOMMUs and bounce pool.</summary>
/// <param name="Token">Identifies the mapping.</param>
/// <param name="Importer">The device.</param>
/// <param name="Iommu">Its own MMU, or null.</param>
/// <param name="BusMmu">The MMU between its bus and memory, or null.</param>
/// <param name="Storage">The pages.</param>
/// <param name="SizeBytes">The buffer's size.</param>
/// <param name="CutUnder">How the pages are cut into entries.</param>
/// <param name="Takes">The device's limits: size and boundary steer how entries are joined, and the result is checked against the count.</param>
/// <param name="HighestAddress">The last address that the device can form on its bus.</param>
[GenerateSerializer, Immutable, Alias("dma.map-request")]
public sealed record DmaMapRequest(
    MapToken Token,
    string Importer,
    string? Iommu,
    string? BusMmu,
    BackingStorage Storage,
    ulong SizeBytes,
    DmaConstraints CutUnder,
    DmaConstraints Takes,
    ulong HighestAddress)
{
    /// <summary>Whether too many segments are refused; otherwise the buffer records them as a hazard.</summary>
    [Id(0)]
    public bool ChecksCount { get; init; }

    /// <summary>The map's options, some of which need tables owned by a driver.</summary>
    [Id(1)]
    public MapOptions Options { get; init; }

    /// <summary>For <see cref="MapOptions.OwnSpace"/>: the attachment whose address space it is, in <see cref="Token"/>'s buffer.</summary>
    [Id(3)]
    public string? Space { get; init; }

    /// <summary>How the device's bus sees memory; empty when it sees the CPU's addresses.</summary>
    [Id(2)]
    public DmaWindows Windows { get; init; }

    /// <summary>Whether it is a PCI device, for which addresses below 4 GiB are tried first.</summary>
    [Id(4)]
    public bool Pci { get; init; }

    /// <summary>Whether it takes one run: segments that follow each other count as one.</summary>
    [Id(5)]
    public bool Contiguous { get; init; }

    /// <summary>Low bits of an address that a copy keeps, 2^k-1; 0 for none.</summary>
    [Id(6)]
    public uint MinAlignMask { get; init; }

    /// <summary>The bounce pool that is its own, through which everything is copied; null for none, and then only what it does not reach is.</summary>
    [Id(7)]
    public string? Pool { get; init; }

    /// <summary>The memory that the device reaches where no MMU stands in between.</summary>
    internal DmaReach Reach => new(HighestAddress, Windows);

    /// <summary>The stages from memory towards the device; empty when the device sees physical addresses.</summary>
    internal ImmutableArray<string> Path => (BusMmu, Iommu) switch
    {
        (null, null) => [],
        ({ } below, null) => [below],
        (null, { } above) => [above],
        ({ } below, { } above) => [below, above],
    };

    /// <summary>Checks the request by itself, without MMUs and pool; null when it is valid.</summary>
    /// <returns>EINVAL naming Buffer, Importer, Iommu, BusMmu, Space, Pool or Storage.</returns>
    public Refusal? Check() =>
        Token.Check()
        ?? ModelName.CheckShown(Importer, nameof(Importer))
        ?? CheckNamed(Iommu, nameof(Iommu))
        ?? CheckNamed(BusMmu, nameof(BusMmu))
        ?? CheckNamed(Space, nameof(Space))
        ?? CheckNamed(Pool, nameof(Pool))
        ?? (Storage is null || Storage.Regions.IsDefault || Storage.Regions.Contains(null!) || Storage.Extents.IsDefaultOrEmpty
            ? Refusal.Null(nameof(Storage))
            : Storage.Token.Check());

    private static Refusal? CheckNamed(string? name, string field) => name is null ? null : ModelName.Check(name, field);

    /// <summary>The request without its pages, small enough to store.</summary>
    public DmaMapRequest WithoutPages() => this with { Storage = Storage with { Regions = [], Extents = [] } };

    /// <summary>Whether another request is the same for storage of the same token; pages are not compared.</summary>
    public bool IsRepeatOf(DmaMapRequest other) =>
        Storage.Token == other.Storage.Token && this with { Storage = other.Storage } == other;
}
