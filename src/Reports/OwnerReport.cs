using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Coherency;

namespace DmaGrains.Reports;

/// <summary>Who owns a buffer now (thread #32).</summary>
/// <param name="Owner">"cpu" or "devices".</param>
/// <param name="Devices">
/// The devices that have it mapped and may use it, ordered by the names of their mappings. Those that snoop own it as the others do, but
/// do not keep the CPU off.
/// </param>
/// <param name="Owed">The devices whose cache work is owed until a flush (thread #34); nobody may touch the buffer before that.</param>
/// <param name="CpuAccesses">The CPU's open accesses, in the order begun; while there is one, the CPU owns the buffer.</param>
/// <param name="MemoryIsCurrent">Whether everything that the CPU was allowed to write is in memory.</param>
/// <param name="CachesAreStale">Whether a device may have changed memory since the CPU's cache lines were last discarded.</param>
/// <param name="CachesAreDirty">Whether the CPU has written cache lines that are not in memory yet.</param>
public sealed record OwnerReport(
    string Owner,
    ImmutableArray<string> Devices,
    ImmutableArray<string> Owed,
    ImmutableArray<CpuAccessReport> CpuAccesses,
    bool MemoryIsCurrent,
    bool CachesAreStale,
    bool CachesAreDirty)
{
    /// <summary>The owner when it is the CPU.</summary>
    public const string Cpu = "cpu";

    /// <summary>The owner when it is devices.</summary>
    public const string ByDevices = "devices";

    /// <summary>The report of a buffer.</summary>
    public static OwnerReport Of(DmaBuffer buffer) => new(
        buffer.IsOwnedByDevices ? ByDevices : Cpu,
        DevicesWith(buffer, use => use.IsDevicesTurn),
        DevicesWith(buffer, use => use.IsOwed),
        [.. buffer.Cpu.Accesses.Select(access => new CpuAccessReport(access.Name, Vocabulary.Directions.WordFor(access.Direction)))],
        buffer.Cpu.IsWrittenBack,
        buffer.Cpu.IsStale,
        buffer.Cpu.IsDirty);

    private static ImmutableArray<string> DevicesWith(DmaBuffer buffer, Func<DeviceUse, bool> isSuch) =>
    [
        .. buffer.Mappings
            .Where(mapping => mapping.HandsOver && isSuch(mapping.Use))
            .Select(mapping => buffer.Attachments.Find(mapping.Attachment)!.Device)
            .Distinct(),
    ];
}

/// <summary>An access of the CPU that has begun and not ended.</summary>
/// <param name="Name">The caller's name for it.</param>
/// <param name="Direction">from-device to read, to-device to write, or bidirectional.</param>
public sealed record CpuAccessReport(string Name, string Direction);
