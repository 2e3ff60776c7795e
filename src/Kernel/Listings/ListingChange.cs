using System.Collections.Immutable;

namespace DmaGrains.Kernel.Listings;

/// <summary>What became of a buffer between two looks at a kernel's text.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Buffer">The buffer: its inode, or where a kernel tells none its place among those alike.</param>
/// <param name="Exporter">Who exported it.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Device">Who attached or detached; null for other changes.</param>
/// <param name="Name">Its name now; null when it has none.</param>
public sealed record ListingChange(
    ListingChangeKind Kind, string Buffer, string Exporter, ulong SizeBytes, string? Device, string? Name)
{
    /// <summary>All that changed: buffers by who came, by what happened to those that stayed, and by who went.</summary>
    public static ImmutableArray<ListingChange> Between(ImportedListing before, ImportedListing after)
    {
        var old = ByKey(before);
        var now = ByKey(after);
        return
        [
            .. now.Where(buffer => !old.ContainsKey(buffer.Key))
                .SelectMany(buffer => AttachedTo(buffer.Key, buffer.Value).Prepend(Of(ListingChangeKind.Exported, buffer.Key, buffer.Value))),
            .. now.Where(buffer => old.ContainsKey(buffer.Key))
                .SelectMany(buffer => ChangesOf(buffer.Key, old[buffer.Key], buffer.Value)),
            .. old.Where(buffer => !now.ContainsKey(buffer.Key))
                .Select(buffer => Of(ListingChangeKind.Gone, buffer.Key, buffer.Value)),
        ];
    }

    private static OrderedDictionary<string, ImportedBuffer> ByKey(ImportedListing listing)
    {
        var buffers = new OrderedDictionary<string, ImportedBuffer>();
        var places = new Dictionary<string, int>();

        // Oldest first: where there are no inodes, new buffers then get new places.
        foreach (var buffer in listing.Buffers.Reverse())
        {
            var stem = buffer.Inode is { } inode ? $"{inode}" : $"{buffer.Exporter}:{buffer.SizeBytes}";
            var place = places[stem] = places.GetValueOrDefault(stem) + 1;
            buffers.Add(buffer.Inode is null || place > 1 ? $"{stem}#{place}" : stem, buffer);
        }

        return buffers;
    }

    private static IEnumerable<ListingChange> ChangesOf(string key, ImportedBuffer before, ImportedBuffer after)
    {
        // An inode that another buffer has now: the one went and the other came between two looks.
        if (before.Exporter != after.Exporter || before.SizeBytes != after.SizeBytes)
        {
            return AttachedTo(key, after).Prepend(Of(ListingChangeKind.Exported, key, after)).Prepend(Of(ListingChangeKind.Gone, key, before));
        }

        return
        [
            .. before.Name == after.Name ? [] : (ListingChange[])[Of(ListingChangeKind.Renamed, key, after)],
            .. Extra(after, before).Select(device => Of(ListingChangeKind.Attached, key, after) with { Device = device }),
            .. Extra(before, after).Select(device => Of(ListingChangeKind.Detached, key, after) with { Device = device }),
            .. before.Fences.SequenceEqual(after.Fences) ? [] : (ListingChange[])[Of(ListingChangeKind.Fences, key, after)],
        ];
    }

    private static IEnumerable<ListingChange> AttachedTo(string key, ImportedBuffer buffer) => (buffer.AttachedDevices ?? [])
        .Reverse()
        .Select(device => Of(ListingChangeKind.Attached, key, buffer) with { Device = device });

    /// <summary>Attachments that one has more of than the other, oldest first; a device may have several.</summary>
    private static List<string> Extra(ImportedBuffer more, ImportedBuffer less)
    {
        var left = (less.AttachedDevices ?? []).ToList();
        return [.. (more.AttachedDevices ?? []).Reverse().Where(device => !left.Remove(device))];
    }

    private static ListingChange Of(ListingChangeKind kind, string key, ImportedBuffer buffer) =>
        new(kind, key, buffer.Exporter, buffer.SizeBytes, null, buffer.Name);
}

/// <summary>What happened to a buffer.</summary>
public enum ListingChangeKind
{
    /// <summary>It is new.</summary>
    Exported,

    /// <summary>It was given another name.</summary>
    Renamed,

    /// <summary>A device attached.</summary>
    Attached,

    /// <summary>A device detached.</summary>
    Detached,

    /// <summary>Other fences are waited for.</summary>
    Fences,

    /// <summary>It is listed no longer.</summary>
    Gone,
}
