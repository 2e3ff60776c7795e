namespace DmaGrains.Analysis.Advising;

/// <summary>A change that can be small or large.</summary>
/// <param name="Kind">What kind of change.</param>
/// <param name="Device">Whose; null when it is nobody's, so that it may help everybody.</param>
/// <param name="Last">The largest change, from 1.</param>
/// <param name="At">The change of that size.</param>
internal sealed record Adjustment(ChangeKind Kind, string? Device, ulong Last, Func<ulong, Change> At)
{
    /// <summary>A change that is made or not.</summary>
    public static Adjustment Of(Change change) => new(change.Kind, change.Device, 1, _ => change);

    /// <summary>Whether it may do something for a set of importers that stand in each other's way.</summary>
    public bool Touches(IEnumerable<string> conflict) => Device is null || conflict.Contains(Device);

    /// <summary>The smallest change that works, when the largest does; what works is taken to go on working when more is changed.</summary>
    /// <param name="works">Whether a change works.</param>
    public Change Smallest(Func<Change, bool> works)
    {
        // Often nothing less than the whole buffer in one segment will do.
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
