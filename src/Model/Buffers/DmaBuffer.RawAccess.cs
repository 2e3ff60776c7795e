using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Buffers;

/// <content>Raw access that the importer maps itself (thread #51, #54).</content>
public sealed partial record DmaBuffer
{
    /// <summary>Maps raw access for the attachment that took it.</summary>
    internal CommandStep MapRaw(DmaCommand.MapRaw command)
    {
        // Null is refused like an unknown name.
        var raw = command.Raw ?? string.Empty;
        return Take(new(command.Mapping, Mappings.Find(raw)?.Attachment ?? string.Empty, command.Direction, BufferAccess.Map, command.Options) { Raw = raw });
    }

    /// <summary>EINVAL for a name that is not raw access, EBUSY when its list is mapped already; else null.</summary>
    private Refusal? CheckRaw(string raw)
    {
        if (Mappings.Find(raw) is not { } taken)
        {
            return Refusal.Of(
                Errno.EINVAL, nameof(Mapping.Raw),
                $"{Name} has no raw access {Quote(raw)} to map; get the scatterlist or the page frame numbers first.");
        }

        if (taken.Access == BufferAccess.Map)
        {
            return new(
                Errno.EINVAL, HolderOf(taken), nameof(Mapping.Raw), null, null,
                $"{raw} of {Name} was taken as {WordOf(taken.Access)}; expected {WordOf(BufferAccess.Scatterlist)} or {WordOf(BufferAccess.Pfns)}.");
        }

        // From page frame numbers each map builds a new list.
        return taken.Access == BufferAccess.Scatterlist && Mappings.FirstOrDefault(live => live.Raw == raw) is { } mapped
            ? new(
                Errno.EBUSY, HolderOf(taken), nameof(Mapping.Raw), 2, 1,
                $"The list {raw} of {Name} has room for one set of DMA addresses, and {HolderOf(taken)} has it mapped as {mapped.Name}.")
            : null;
    }

    /// <summary>
    /// The limits under which a list that an importer maps itself is cut: as taken, or its own limits when it builds the list from page
    /// frame numbers.
    /// </summary>
    /// <remarks>The only place for lists that importers map themselves.</remarks>
    private DmaConstraints CutOf(Mapping raw, Attachment attachment) =>
        raw.Access == BufferAccess.Scatterlist ? raw.MadeUnder : attachment.Takes.ToWholePages(PageOrder).ToCut(PageOrder) with { MaxSegmentCount = uint.MaxValue };

    /// <summary>
    /// Whether mapping raw access makes new addresses although lists share one set: the importer built its own list from page frame
    /// numbers, or took an unmapped list, while the exporter's addresses are only in lists that the exporter maps.
    /// </summary>
    private bool MapsForItself(string raw) =>
        Policy.Lists == ListSharing.Exporters || Mappings.Find(raw)!.Access == BufferAccess.Pfns;

    /// <summary>The mapping whose addresses are handed out to this one; null when it makes its own.</summary>
    /// <remarks>The only place that decides this.</remarks>
    private Mapping? HandedOutTo(AccessRequest request) => request.Raw is { } raw && MapsForItself(raw) ? null : HandedOut;

    /// <summary>The bus windows for the list that a device walks; a raw list is not mapped yet.</summary>
    private static DmaWindows WalkedThrough(Mapping mapping, Attachment attachment) =>
        mapping.Access == BufferAccess.Map ? mapping.Windows : attachment.SeenThrough;

    private static bool IsTakenBy(string attachment, Mapping raw) => raw.Attachment == attachment && raw.Access != BufferAccess.Map;

    /// <summary>
    /// Whether the device will walk this list as it is. Behind an MMU, with bounces, or where one list is mapped for all, mapping a raw
    /// list changes it; page frame numbers are not a list yet.
    /// </summary>
    private bool IsWalkedAsItIs(Mapping mapping, Attachment attachment) => mapping.Access == BufferAccess.Map
        || (mapping.Access == BufferAccess.Scatterlist && Policy.Lists != ListSharing.Shared && !attachment.IsTranslated
            && Reaches(attachment, mapping.Storage, mapping.MadeUnder));
}
