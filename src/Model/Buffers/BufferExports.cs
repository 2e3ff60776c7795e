using System.Collections.Immutable;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Model.Buffers;

/// <summary>The rules for exporting under a name, new or used before.</summary>
public static class BufferExports
{
    /// <summary>Generations that an export may use up: its own, and the next one, which an interrupted migration may have requested.</summary>
    public const uint GenerationsOfExport = 2;

    /// <summary>
    /// Begins an export under a name that may have been used before. It asks for each missing fact once; a driver answers until the export
    /// is decided.
    /// </summary>
    /// <param name="existing">The buffer under that name now, gone or not; null when the name is new.</param>
    /// <param name="export">The requested export.</param>
    /// <param name="least">The lowest generation that a new buffer may have: <see cref="GenerationAfter"/> the last export that failed.</param>
    /// <returns>
    /// The buffer: the same object for a repeat of the export that made it, gone or not. EINVAL or ENOSPC for a malformed export, what
    /// <see cref="Authorize"/> answers, EEXIST when another buffer of that name lives or owes pages; ENOMEM or EIO when the exporter
    /// allocates at once and there are no pages.
    /// </returns>
    /// <remarks>The only place that decides an export, in this order.</remarks>
    public static ExportStep Begin(DmaBuffer? existing, BufferExport export, uint least = 0) =>
        export.Check() is { } refusal ? DmaResult.Refuse<DmaBuffer>(refusal)
        : existing is not null && existing.Origin == export ? Allocate(existing)
        : new ExportQuestion.NeedsRegions(existing, export, least);

    /// <summary>Whether an exporter may export on a board, and the regions that it names there, or that are its own.</summary>
    /// <param name="board">The board's regions.</param>
    /// <param name="buffer">The buffer's name.</param>
    /// <param name="exporter">The exporter's name; null for a heap.</param>
    /// <param name="device">The exporter; null for a heap, and when the board has none of that name.</param>
    /// <param name="memory">The names of regions.</param>
    /// <returns>
    /// As <see cref="NamedRegions.ForExport"/>; ENODEV for an unknown exporter, EOPNOTSUPP for one whose driver only imports, EINVAL as
    /// <see cref="NamedRegions.Find"/>, EPERM naming Users for a region of other devices.
    /// </returns>
    /// <remarks>The only place that decides who may export; checks of files and <c>advise</c> ask it.</remarks>
    public static DmaResult<ImmutableArray<MemoryRegionLayout>> Authorize(
        IEnumerable<MemoryRegionLayout> board, string buffer, string? exporter, Device? device, NameList memory)
    {
        if (exporter is not null && device is null)
        {
            return DmaResult.Refuse<ImmutableArray<MemoryRegionLayout>>(new(
                Errno.ENODEV, exporter, "Exporter", null, null, $"The board has no device {exporter} to export {buffer}."));
        }

        var found = NamedRegions.ForExport(memory, board, device);
        return device is { NeverExports: true }
            ? DmaResult.Refuse<ImmutableArray<MemoryRegionLayout>>(new(
                Errno.EOPNOTSUPP, exporter, nameof(Device.NeverExports), null, null,
                $"{exporter} only imports buffers: expected another exporter, or a heap."))
            : found.TryGetValue(out var regions) && OfOthers(regions, exporter, memory) is { } refusal
                ? DmaResult.Refuse<ImmutableArray<MemoryRegionLayout>>(refusal)
                : found;
    }

    /// <summary>EPERM naming Users when a named region is that of other devices.</summary>
    private static Refusal? OfOthers(ImmutableArray<MemoryRegionLayout> regions, string? exporter, NameList memory) =>
        !memory.IsEmpty && regions.FirstOrDefault(region => !region.Users.IsEmpty && (exporter is null || !region.Users.Names.Contains(exporter))) is { } region
            ? new(
                Errno.EPERM, exporter, nameof(MemoryRegionLayout.Users), null, null,
                $"Region {region.Name} is for buffers that {region.Users} exports: expected one of these as the exporter, or other memory.")
            : null;

    /// <summary>Checks that an export is valid and names this buffer; null when it does.</summary>
    /// <returns>EINVAL naming Origin (null) or Name (another buffer's), or as <see cref="BufferExport.Check"/>.</returns>
    public static Refusal? CheckFor(string buffer, BufferExport? origin) =>
        origin is null ? Refusal.Null(nameof(origin))
        : origin.Name != buffer
            ? Refusal.Of(Errno.EINVAL, "Name", $"This grain is the buffer {buffer}, not {ModelName.Quoted(origin.Name)}.")
        : origin.Check();

    /// <summary>The generation that an export would create, or that of the buffer if it still exists.</summary>
    /// <param name="existing">The buffer under that name now, gone or not; null when the name is new.</param>
    /// <param name="least">As for <see cref="Begin"/>.</param>
    public static uint GenerationOf(DmaBuffer? existing, uint least) =>
        existing is null ? least
        : existing.IsFreed ? Math.Max(GenerationAfter(existing), least)
        : existing.Generation;

    /// <summary>The first generation that a buffer cannot have used.</summary>
    public static uint GenerationAfter(DmaBuffer buffer) => buffer.Generation + GenerationsOfExport;

    /// <summary>ENOENT: nothing was ever exported under that name.</summary>
    public static Refusal NoBuffer(string buffer) => Refusal.Of(
        Errno.ENOENT, "Buffer", $"There is no buffer {(ModelName.IsValid(buffer) ? buffer : "of that name")}; export it first.");

    /// <param name="existing">The buffer under that name now, gone or not; null when the name is new.</param>
    /// <param name="export">The requested export.</param>
    /// <param name="least">As for <see cref="Begin"/>.</param>
    /// <param name="found">What <see cref="Authorize"/> gave.</param>
    internal static ExportStep Make(DmaBuffer? existing, BufferExport export, uint least, ImmutableArray<MemoryRegionLayout> found)
    {
        var regions = export.Memory.IsEmpty && !IsOwnArea(found, export) ? [] : found;
        var exported = existing is null ? DmaBuffer.Export(export, least, regions)
            : existing.IsFreed ? DmaBuffer.ExportAfter(existing, export, regions, least)
            : DmaResult.Refuse<DmaBuffer>(Refusal.Of(
                Errno.EEXIST, "Name", $"Buffer {export.Name} exists with {existing.SizeBytes} bytes, exported by {existing.Origin.Exporter ?? "a heap"}."));
        if (!exported.TryGetValue(out var made))
        {
            return exported;
        }

        var buffer = found.IsEmpty ? made : made.OnPagesOf(found[0].PageOrder);
        return buffer.NeedsItsExporter ? new ExportQuestion.NeedsExporter(buffer) : Allocate(buffer);
    }

    /// <summary>Whether these regions are the area in which a buffer lies that names no memory: its exporter's own.</summary>
    internal static bool IsOwnArea(ImmutableArray<MemoryRegionLayout> regions, BufferExport export) =>
        export is { Memory.IsEmpty: true, Exporter: { } exporter } && regions is [var own] && own.Users.Names.Contains(exporter);

    /// <summary>The buffer, unless its exporter allocates at once and has not yet.</summary>
    internal static ExportStep Allocate(DmaBuffer buffer) => buffer.AllocationAtExport is { } request
        ? new ExportQuestion.NeedsMemory(buffer, request)
        : DmaResult.Grant(buffer);
}
