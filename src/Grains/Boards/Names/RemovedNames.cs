namespace DmaGrains.Grains.Boards.Names;

/// <summary>
/// Names that were removed within the last minute. A delayed request, or one from an outdated activation, must not list a name that would
/// never be removed again.
/// </summary>
/// <param name="time">The clock.</param>
/// <remarks>Kept in memory: a new activation knows only those that are in its record.</remarks>
internal sealed class RemovedNames(TimeProvider time)
{
    // Messages expire long before this.
    private static readonly TimeSpan _kept = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, (uint Generation, long Since)> _removed = [];
    private readonly Queue<(string Name, long Since)> _oldest = [];

    /// <summary>Whether that generation of a name, or a later one, was removed.</summary>
    public bool Has(ListedName name) => _removed.TryGetValue(name.Name, out var removed) && removed.Generation >= name.Generation;

    /// <summary>Remembers a removed name.</summary>
    public void Add(ListedName name)
    {
        while (_oldest.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Since) > _kept)
        {
            _oldest.Dequeue();
            if (_removed.TryGetValue(oldest.Name, out var removed) && removed.Since == oldest.Since)
            {
                _removed.Remove(oldest.Name);
            }
        }

        var since = time.GetTimestamp();
        if (!Has(name))
        {
            _removed[name.Name] = (name.Generation, since);
            _oldest.Enqueue((name.Name, since));
        }
    }
}
