using System.Collections.Immutable;
using DmaGrains.Kernel.Tracing;

namespace DmaGrains.Kernel.Logs;

/// <summary>What a kernel log says of DMA, explained.</summary>
/// <param name="File">Where the text came from.</param>
/// <param name="Board">The board that was asked; null for none.</param>
/// <param name="LineCount">The lines of the text.</param>
/// <param name="FindingCount">How many lines say something of DMA.</param>
/// <param name="Findings">What they say: the same of the same device once.</param>
/// <param name="Mappings">The mappings of each device, where the text is of /sys/kernel/debug/dma-api/dump.</param>
public sealed record LogReport(
    string File,
    string? Board,
    long LineCount,
    long FindingCount,
    ImmutableArray<LogFindingReport> Findings,
    ImmutableArray<LogMappingsReport> Mappings)
{
    /// <summary>Whether nothing was found.</summary>
    public bool Good => FindingCount == 0;

    /// <summary>The report of a log.</summary>
    /// <param name="file">Where the text came from.</param>
    /// <param name="log">What it says.</param>
    /// <param name="limits">The board to ask, or null.</param>
    public static LogReport Of(string file, KernelLog log, TraceLimits? limits) => new(
        file,
        limits?.Board.Name,
        log.LineCount,
        log.FindingCount,
        [.. log.Findings.Select(found => LogFindingReport.Of(found.Finding, found.Count, found.LastLine, limits))],
        [.. log.Mappings.OrderByDescending(mapping => mapping.SizeBytes).ThenBy(mapping => mapping.Device, StringComparer.Ordinal).Select(mapping => LogMappingsReport.Of(mapping, limits))]);
}

/// <summary>What a log says of DMA.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Line">The first line that says so, from 1.</param>
/// <param name="LastLine">The last one.</param>
/// <param name="Count">How many say so.</param>
/// <param name="Device">The device, by its kernel name, or null.</param>
/// <param name="Driver">Its driver; of a contiguous area its name, of an IOMMU's fault the IOMMU.</param>
public sealed record LogFindingReport(LogKind Kind, long Line, long LastLine, long Count, string? Device, string? Driver)
{
    /// <summary>The device's name on the board, or null.</summary>
    public required string? BoardDevice { get; init; }

    /// <summary>The address that the first line names, or null.</summary>
    public required ulong? Address { get; init; }

    /// <summary>What was asked for, in bytes, or null.</summary>
    public required ulong? SizeBytes { get; init; }

    /// <summary>What stands in the way: the highest address, the longest segment, the boundary mask, the bytes of the pool or area; or null.</summary>
    public required ulong? Limit { get; init; }

    /// <summary>What is in use of the pool, or free in the area, in bytes; or null.</summary>
    public required ulong? OtherBytes { get; init; }

    /// <summary>The errno, or null.</summary>
    public required string? Errno { get; init; }

    /// <summary>What it means, with names and numbers.</summary>
    public required string Why { get; init; }

    /// <summary>What helps on any machine, or null.</summary>
    public required string? Help { get; init; }

    /// <summary>What would help on the board, or null.</summary>
    public required string? BoardHelp { get; init; }

    /// <summary>The first line from the message on, shortened.</summary>
    public required string Text { get; init; }

    /// <summary>The report of a finding.</summary>
    internal static LogFindingReport Of(LogFinding finding, long count, long lastLine, TraceLimits? limits) =>
        new(finding.Kind, finding.Line, lastLine, count, finding.Device, finding.Driver)
        {
            BoardDevice = finding.Device is { } device ? limits?.DeviceOf(device) : null,
            Address = finding.Address,
            SizeBytes = finding.SizeBytes,
            Limit = finding.Limit,
            OtherBytes = finding.OtherBytes,
            Errno = finding.Error is { } error ? ErrnoText.Of(error) : null,
            Why = finding.Why,
            Help = finding.Help,
            BoardHelp = limits is null ? null : LogHelp.On(finding, limits),
            Text = finding.Text,
        };
}

/// <summary>The mappings that a device holds.</summary>
/// <param name="Device">The device.</param>
/// <param name="Driver">Its driver.</param>
/// <param name="Count">How many.</param>
/// <param name="SizeBytes">Their bytes.</param>
/// <param name="Types">How many of each kind, as the kernel calls them.</param>
public sealed record LogMappingsReport(string Device, string Driver, long Count, ulong SizeBytes, ImmutableSortedDictionary<string, long> Types)
{
    /// <summary>The longest, in bytes.</summary>
    public required ulong LongestBytes { get; init; }

    /// <summary>The highest address at which one begins.</summary>
    public required ulong HighestAddress { get; init; }

    /// <summary>Those whose driver has not asked whether the map failed.</summary>
    public required long UncheckedCount { get; init; }

    /// <summary>The device's name on the board, or null.</summary>
    public required string? BoardDevice { get; init; }

    /// <summary>The report of a device's mappings.</summary>
    internal static LogMappingsReport Of(MappingSum sum, TraceLimits? limits) =>
        new(sum.Device, sum.Driver, sum.Count, sum.SizeBytes, sum.Types.ToImmutableSortedDictionary(StringComparer.Ordinal))
        {
            LongestBytes = sum.LongestBytes,
            HighestAddress = sum.HighestAddress,
            UncheckedCount = sum.UncheckedCount,
            BoardDevice = limits?.DeviceOf(sum.Device),
        };
}
