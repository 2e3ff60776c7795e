using System.Collections.Immutable;

namespace DmaGrains.Kernel.Listings;

/// <summary>A change of a buffer between two listings.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Buffer">The buffer: its inode, or without inodes its place among similar buffers.</param>
/// <param name="Exporter">Who exported it.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Device">The device that attached or detached; null for other changes.</param>
/// <param name="Name">Its present name, or null.</param>
public sealed record ListingChange(
    ListingChangeKind Kind, string Buffer, string Exporter, ulong SizeBytes, string? Device, string? Name)
{
    /// <summary>All changes: first new buffers, then changes of those that stayed, then those that are gone.</summary>
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

        // Oldest first, so that new buffers get new places when there are no inodes.
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
        // The inode was reused: one buffer went and another came between the two listings.
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

    /// <summary>Attachments in one but not in the other, oldest first; a device may have several.</summary>
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

    /// <summary>Its pending fences changed.</summary>
    Fences,

    /// <summary>It is no longer listed.</summary>
    Gone,
}
