using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Constraints;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Listings;

/// <summary>A summary of a running kernel's buffers.</summary>
/// <param name="File">Where the text came from.</param>
/// <param name="Source">What kind of text it is.</param>
/// <param name="Board">The board that was compared; null for none.</param>
/// <param name="Buffers">The buffers, in the text's order.</param>
/// <param name="BufferCount">How many.</param>
/// <param name="SizeBytes">Their bytes together.</param>
public sealed record ImportReport(
    string File,
    ListingSource Source,
    string? Board,
    ImmutableArray<ImportedBufferReport> Buffers,
    int BufferCount,
    ulong SizeBytes)
{
    /// <summary>The number of buffers that the text states, or null.</summary>
    public required ulong? StatedCount { get; init; }

    /// <summary>The total size that the text states, in bytes, or null.</summary>
    public required ulong? StatedBytes { get; init; }

    /// <summary>The exporters with what they exported, the largest first.</summary>
    public required ImmutableArray<ExporterReport> Exporters { get; init; }

    /// <summary>The devices with what they hold, the largest first.</summary>
    public required ImmutableArray<HolderReport> Holders { get; init; }

    /// <summary>Places where the text is incomplete or contradicts itself.</summary>
    public required ImmutableArray<ListingProblem> Problems { get; init; }

    /// <summary>Why no buffer could be compared with the board: it knows none of the devices, or the text names none; else null.</summary>
    public required string? BoardProblem { get; init; }

    /// <summary>The number of lines outside the listing.</summary>
    public required int UnreadLines { get; init; }

    /// <summary>Those lines.</summary>
    public required ImmutableArray<LeftOutLines> LeftOut { get; init; }

    /// <summary>Whether the text is complete and, with a board, all importers known to it could be served.</summary>
    public bool Good => Problems.IsEmpty && BoardProblem is null && Buffers.All(buffer => buffer.Fit?.Refusal is null);

    /// <summary>The report of a listing.</summary>
    /// <param name="file">Where the text came from.</param>
    /// <param name="listing">What it says.</param>
    /// <param name="board">The name of the board to hold it against, or null.</param>
    /// <param name="fit">That board; null when there is none.</param>
    public static ImportReport Of(string file, ImportedListing listing, string? board = null, BoardFit? fit = null) => new(
        file,
        listing.Source,
        board,
        [.. listing.Buffers.Select(buffer => ImportedBufferReport.Of(buffer, fit))],
        listing.Buffers.Length,
        listing.SizeBytes)
    {
        StatedCount = listing.StatedCount,
        StatedBytes = listing.StatedBytes,
        Exporters =
        [
            .. listing.Buffers.GroupBy(buffer => buffer.Exporter)
                .Select(group => new ExporterReport(group.Key, group.Count(), SumOf(group)))
                .OrderByDescending(exporter => exporter.SizeBytes).ThenBy(exporter => exporter.Exporter, StringComparer.Ordinal),
        ],
        Holders =
        [
            .. listing.Buffers
                .SelectMany(buffer => (buffer.AttachedDevices ?? []).Select(device => (Device: device, Buffer: buffer)))
                .GroupBy(held => held.Device)
                .Select(group => (Device: group.Key, Count: group.Count(), Buffers: group.Select(held => held.Buffer).Distinct().ToList()))
                .Select(held => new HolderReport(held.Device, held.Count, held.Buffers.Count, SumOf(held.Buffers), fit?.DeviceOf(held.Device)))
                .OrderByDescending(holder => holder.SizeBytes).ThenBy(holder => holder.Device, StringComparer.Ordinal),
        ],
        Problems = listing.Problems,
        BoardProblem = fit is null || board is null ? null : BoardProblemOf(listing, board, fit),
        UnreadLines = listing.LeftOut.Sum(lines => lines.Count),
        LeftOut = listing.LeftOut,
    };

    private const int NamesMax = 24;

    private static string? BoardProblemOf(ImportedListing listing, string board, BoardFit fit)
    {
        if (listing.Buffers.Length > 0 && listing.Buffers.All(buffer => buffer.AttachedDevices is null))
        {
            return $"The text names no devices, so nothing was checked against {board}.";
        }

        var devices = listing.Devices.ToList();
        return devices.Count == 0 || devices.Any(device => fit.DeviceOf(device) is not null) ? null
            : $"{board} has none of the attached devices ({string.Join(", ", devices.Take(NamesMax).Select(Quoted.Text))}{(devices.Count > NamesMax ? ", …" : string.Empty)}): give the board's names for them with --device KERNEL=BOARD.";
    }

    private static ulong SumOf(IEnumerable<ImportedBuffer> buffers) =>
        buffers.Aggregate(0UL, (sum, buffer) => unchecked(sum + buffer.SizeBytes));
}

/// <summary>One buffer of a kernel's text; what the text does not tell is null.</summary>
/// <param name="Line">The line on which it starts.</param>
/// <param name="Inode">Its number.</param>
/// <param name="Name">Its name; null when it has none.</param>
/// <param name="Exporter">Who exported it: a driver, or a heap.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="AttachedDevices">Attached devices, newest first.</param>
public sealed record ImportedBufferReport(
    int Line, ulong? Inode, string? Name, string Exporter, ulong SizeBytes, ImmutableArray<string>? AttachedDevices)
{
    /// <summary>File flags.</summary>
    public required uint? Flags { get; init; }

    /// <summary>File mode.</summary>
    public required uint? Mode { get; init; }

    /// <summary>References to the file.</summary>
    public required long? Count { get; init; }

    /// <summary>The union that the text states, or null.</summary>
    public required UnionReport? Union { get; init; }

    /// <summary>Lines about fences, as the kernel words them.</summary>
    public required ImmutableArray<string> Fences { get; init; }

    /// <summary>Whether the text describes the buffer completely.</summary>
    public required bool Complete { get; init; }

    /// <summary>Whether the board could serve its importers; null without a board or when the importers are unknown.</summary>
    public required FitReport? Fit { get; init; }

    /// <summary>The report of a buffer.</summary>
    public static ImportedBufferReport Of(ImportedBuffer buffer, BoardFit? fit) =>
        new(buffer.Line, buffer.Inode, buffer.Name, buffer.Exporter, buffer.SizeBytes, buffer.AttachedDevices)
        {
            Flags = buffer.Flags,
            Mode = buffer.Mode,
            Count = buffer.Count,
            Union = buffer.Constraints is { } constraints ? UnionReport.Of(constraints) : null,
            Fences = buffer.Fences,
            Complete = buffer.IsComplete,
            Fit = fit?.Of(buffer),
        };
}

/// <summary>What an exporter has exported.</summary>
/// <param name="Exporter">A driver, or a heap.</param>
/// <param name="BufferCount">How many buffers.</param>
/// <param name="SizeBytes">Their bytes.</param>
public sealed record ExporterReport(string Exporter, int BufferCount, ulong SizeBytes);

/// <summary>What a device holds.</summary>
/// <param name="Device">The device.</param>
/// <param name="AttachmentCount">How many attachments it has.</param>
/// <param name="BufferCount">To how many buffers.</param>
/// <param name="SizeBytes">Their bytes, each buffer once.</param>
/// <param name="BoardDevice">The device's name on the board; null when the board has no such device, or there is no board.</param>
public sealed record HolderReport(string Device, int AttachmentCount, int BufferCount, ulong SizeBytes, string? BoardDevice);

/// <summary>Whether a board could serve a buffer's importers.</summary>
/// <param name="Outcome">"ok" or the errno; null when the board knows none of them.</param>
/// <param name="Refusal">Why not; null when it could.</param>
/// <param name="Union">The union of the importers up to the refusal; null when the board knows none of them.</param>
/// <param name="UnknownDevices">Attached devices that the board does not have; they were left out.</param>
public sealed record FitReport(
    string? Outcome, RefusalReport? Refusal, UnionReport? Union, ImmutableArray<string> UnknownDevices)
{
    /// <summary>The report of an attempt.</summary>
    public static FitReport Of(Refusal? refusal, DmaConstraints union, ImmutableArray<string> unknown) => new(
        refusal?.Errno.ToString() ?? Vocabulary.Ok,
        refusal is null ? null : RefusalReport.Of(refusal),
        UnionReport.Of(union),
        unknown);
}
