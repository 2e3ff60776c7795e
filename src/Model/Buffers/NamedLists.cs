namespace DmaGrains.Model.Buffers;

/// <summary>Makes lists of named items.</summary>
public static class NamedLists
{
    /// <summary>A list of items that are in the order of their names, each name once.</summary>
    public static NamedList<TItem, TSum> Of<TItem, TSum>(ReadOnlySpan<TItem> items)
        where TItem : class, IListed<TItem, TSum> => new(items);
}
