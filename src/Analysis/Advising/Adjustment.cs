namespace DmaGrains.Analysis.Advising;

/// <summary>A change of variable size.</summary>
/// <param name="Kind">What kind of change.</param>
/// <param name="Device">The device that changes; null when no single device does, so that it may help all.</param>
/// <param name="Last">The largest change, from 1.</param>
/// <param name="At">Gives the change of a size.</param>
internal sealed record Adjustment(ChangeKind Kind, string? Device, ulong Last, Func<ulong, Change> At)
{
    /// <summary>A change without sizes.</summary>
    public static Adjustment Of(Change change) => new(change.Kind, change.Device, 1, _ => change);

    /// <summary>Whether it may help a set of conflicting importers.</summary>
    public bool Touches(IEnumerable<string> conflict) => Device is null || conflict.Contains(Device);

    /// <summary>The smallest change that works, given that the largest does. Assumes that larger changes of a working one work, too.</summary>
    /// <param name="works">Whether a change works.</param>
    public Change Smallest(Func<Change, bool> works)
    {
        // Often only the largest change works, such as the whole buffer in one segment.
        if (Last > 1 && !works(At(Last - 1)))
        {
            return At(Last);
        }

        var (failing, working) = (0UL, Math.Max(1, Last - 1));
        while (working - failing > 1)
        {
            var middle = failing + ((working - failing) / 2);
            (failing, working) = works(At(middle)) ? (failing, middle) : (middle, working);
        }

        return At(working);
    }
}
