using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;

namespace DmaGrains.Reports;

/// <summary>A device of a board, in the words of board files; 0 and null mean that the driver leaves a value unset.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MaxSegmentSize">Longest segment, in bytes.</param>
/// <param name="MaxSegmentCount">Most segments.</param>
/// <param name="SegmentBoundaryMask">No segment crosses a multiple of mask + 1.</param>
/// <param name="Contiguous">Whether it takes one contiguous run only.</param>
/// <param name="DmaMask">Highest address that the device can form.</param>
/// <param name="BusDmaLimit">Highest bus address that passes its bus.</param>
/// <param name="HighestAddress">
/// The last bus address that the device reaches: the lowest of the two, with defaults filled in, and of the end of its windows.
/// </param>
public sealed record DeviceReport(
    string Name,
    uint MaxSegmentSize,
    uint MaxSegmentCount,
    ulong SegmentBoundaryMask,
    bool Contiguous,
    ulong DmaMask,
    ulong BusDmaLimit,
    ulong HighestAddress)
{
    /// <summary>A rough class, as much as userspace would need to know: contiguous, scatter-gather or weird (thread #58).</summary>
    public required string Class { get; init; }

    /// <summary>Whether its accesses snoop the CPU's caches.</summary>
    public required bool Coherent { get; init; }

    /// <summary>The device's own MMU, or null.</summary>
    public required string? Iommu { get; init; }

    /// <summary>The MMU between its bus and memory, or null.</summary>
    public required string? BusMmu { get; init; }

    /// <summary>How well its MMUs isolate it: none, shared, own or per-context.</summary>
    public required string Isolation { get; init; }

    /// <summary>Whether it dereferences pages instead of using DMA addresses.</summary>
    public required bool NeedsStructPage { get; init; }

    /// <summary>Whether it may map opaque memory.</summary>
    public required bool Trusted { get; init; }

    /// <summary>Whether it accepts a peer's memory.</summary>
    public required bool PeerToPeer { get; init; }

    /// <summary>The bus on which peers reach each other's memory, or null.</summary>
    public required string? PeerBus { get; init; }

    /// <summary>Whether it needs separate segments for each line of a frame.</summary>
    public required bool SegmentsPerLine { get; init; }

    /// <summary>The shortest segment that it would like, in bytes; 0 for no preference.</summary>
    public required uint PreferredSegmentSize { get; init; }

    /// <summary>Its bus, or null when the board names none.</summary>
    public required string? Bus { get; init; }

    /// <summary>How its bus sees memory; empty when it sees the CPU's addresses.</summary>
    public required ImmutableArray<BusWindowReport> Windows { get; init; }

    /// <summary>Whether it only imports; not written when false.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NeverExports { get; init; }

    /// <summary>Whether it is a PCI device; not written when false.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Pci { get; init; }

    /// <summary>Low bits of an address that bounced copies keep; not written when 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public uint MinAlignMask { get; init; }

    /// <summary>Whether buffers that it exports and that name no memory lie in the area of its own; true, and not written, unless its driver does not ask for it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? OwnArea { get; init; }

    /// <summary>The bounce pool of its own, through which everything is copied for it unless an MMU translates; not written without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BouncePool { get; init; }

    /// <summary>Its stated further limits by their names in board files; null, and not written, without any.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Limits { get; init; }

    /// <summary>The same limits in words.</summary>
    [JsonIgnore]
    public ImmutableArray<string> LimitsText { get; init; } = [];

    /// <summary>The report of a device of a board.</summary>
    public static DeviceReport Of(Device device, BoardDefinition board) => new(
        device.Name,
        device.Parameters?.MaxSegmentSize ?? 0,
        device.Parameters?.MaxSegmentCount ?? 0,
        device.Parameters?.SegmentBoundaryMask ?? 0,
        device.RequiresContiguous,
        device.DmaMask,
        device.BusDmaLimit,
        device.HighestAddress)
    {
        Class = Vocabulary.ImporterClasses.WordFor(ExporterOrder.ClassOf(device, ParameterDefaults.V61)),
        Coherent = device.Coherent,
        Iommu = device.Iommu,
        BusMmu = device.BusMmu,
        Isolation = Vocabulary.Isolations.WordFor(DeviceIsolation.Of(device, board)),
        NeedsStructPage = device.NeedsStructPage,
        Trusted = device.Trusted,
        PeerToPeer = device.PeerToPeer,
        PeerBus = device.PeerBus,
        SegmentsPerLine = device.SegmentsPerLine,
        PreferredSegmentSize = device.PreferredSegmentSize,
        Bus = device.Bus,
        Windows = BusWindowReport.Of(device.Windows),
        NeverExports = device.NeverExports,
        Pci = device.Pci,
        MinAlignMask = device.MinAlignMask,
        BouncePool = device.RestrictedPool,
        OwnArea = device.OwnAreaByName ? false : null,
        Limits = LimitsReport.Of(device.Limits),
        LimitsText = [.. device.Limits.Stated.Select(stated => stated.Limit.Takes(stated.Value))],
    };
}
