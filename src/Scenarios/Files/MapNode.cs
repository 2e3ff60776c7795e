namespace DmaGrains.Scenarios.Files;

/// <summary>A mapping with distinct text keys.</summary>
/// <param name="label">Its name in messages.</param>
/// <param name="place">Where it starts.</param>
/// <param name="entries">Keys and values, in order.</param>
internal sealed class MapNode(
    string label, Place place, OrderedDictionary<string, MapEntry> entries)
    : FileNode(label, place)
{
    private readonly bool _isMissing;

    private MapNode(FileNode instead)
        : this(instead.Label, instead.Place, []) => _isMissing = true;

    /// <inheritdoc/>
    public override string Found => "a mapping";

    /// <summary>An empty stand-in for a value that should be a mapping.</summary>
    public static MapNode InsteadOf(FileNode node) => new(node);

    /// <summary>The keys, in order.</summary>
    public IEnumerable<TextNode> Keys => entries.Values.Select(entry => entry.Key);

    /// <summary>The value of an optional key, or null.</summary>
    public FileNode? Optional(string key) => entries.TryGetValue(key, out var entry) ? entry.Value : null;

    /// <summary>The value of a required key.</summary>
    public FileNode Required(string key)
    {
        if (Optional(key) is { } value)
        {
            return value;
        }

        if (!_isMissing)
        {
            Place.Report($"{Label} has no key '{key}'", "that key");
        }

        return new MissingNode(key, Place);
    }

    /// <summary>Replaces a key's value, or appends the key.</summary>
    public MapNode With(string key, FileNode value)
    {
        var changed = new OrderedDictionary<string, MapEntry>(entries);
        changed[key] = new(entries.TryGetValue(key, out var entry) ? entry.Key : new TextNode(key, value.Place, key, isPlain: true), value);
        return new(Label, Place, changed);
    }

    /// <summary>Where to point when a key's value is at fault: the value, or the mapping without it.</summary>
    public Place PlaceOf(string key) => (Optional(key) ?? this).Place;

    /// <summary>Refuses every key but these.</summary>
    public void AllowOnly(params string[] known)
    {
        foreach (var key in Keys)
        {
            if (!known.Contains(key.Value))
            {
                var meant = Closest.To(key.Value, known) is { } near ? $" (did you mean '{near}'?)" : string.Empty;
                key.Place.Report($"{Label} has the unknown key {Quoted.Text(key.Value)}{meant}", Quoted.AnyOf(known));
            }
        }
    }
}
