using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Buffers;

/// <content>Raw access that its importer maps itself: what a map does, from what was got before (thread #51, #54).</content>
public sealed partial record DmaBuffer
{
    /// <summary>Maps raw access for whoever took it.</summary>
    internal CommandStep MapRaw(DmaCommand.MapRaw command)
    {
        // An empty name is refused as one that nobody took.
        var raw = command.Raw ?? string.Empty;
        return Take(new(command.Mapping, Mappings.Find(raw)?.Attachment ?? string.Empty, command.Direction, BufferAccess.Map, command.Options) { Raw = raw });
    }

    /// <summary>EINVAL when it is no raw access, EBUSY when its list is mapped already; null when it can be mapped.</summary>
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

        // Of page frame numbers each map builds a list anew.
        return taken.Access == BufferAccess.Scatterlist && Mappings.FirstOrDefault(live => live.Raw == raw) is { } mapped
            ? new(
                Errno.EBUSY, HolderOf(taken), nameof(Mapping.Raw), 2, 1,
                $"The list {raw} of {Name} has room for one set of DMA addresses, and {HolderOf(taken)} has it mapped as {mapped.Name}.")
            : null;
    }

    /// <summary>How the list is cut that an importer maps itself: as it was got, or, of page frame numbers, within its own limits.</summary>
    private DmaConstraints CutOf(Mapping raw, Attachment attachment) =>
        raw.Access == BufferAccess.Scatterlist ? raw.MadeUnder : attachment.Takes.ToWholePages(PageOrder).ToCut(PageOrder) with { MaxSegmentCount = uint.MaxValue };

    /// <summary>
    /// Whether who maps raw access makes addresses of its own though lists have one set of them: in a list of its own, or in one that
    /// has none yet, as the exporter's own are only in what it maps itself.
    /// </summary>
    private bool MapsForItself(string raw) =>
        Policy.Lists == ListSharing.Exporters || Mappings.Find(raw)!.Access == BufferAccess.Pfns;

    /// <summary>The mapping whose addresses are handed out to this one; null when it makes its own.</summary>
    private Mapping? HandedOutTo(AccessRequest request) => request.Raw is { } raw && MapsForItself(raw) ? null : HandedOut;

    /// <summary>How a device sees memory in what it walks: a raw list is yet to be mapped.</summary>
    private static DmaWindows WalkedThrough(Mapping mapping, Attachment attachment) =>
        mapping.Access == BufferAccess.Map ? mapping.Windows : attachment.SeenThrough;

    private static bool IsTakenBy(string attachment, Mapping raw) => raw.Attachment == attachment && raw.Access != BufferAccess.Map;

    /// <summary>
    /// Whether a raw list says by itself what the device will walk; behind an MMU, where copies stand in, or where one list is mapped for
    /// everybody, its mapping does. Page frame numbers are no list yet.
    /// </summary>
    private bool IsWalkedAsItIs(Mapping mapping, Attachment attachment) => mapping.Access == BufferAccess.Map
        || (mapping.Access == BufferAccess.Scatterlist && Policy.Lists != ListSharing.Shared && !attachment.IsTranslated
            && Reaches(attachment, mapping.Storage, mapping.MadeUnder));
}
