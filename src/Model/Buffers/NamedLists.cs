namespace DmaGrains.Model.Buffers;

/// <summary>Creates <see cref="NamedList{TItem, TSum}"/>s.</summary>
public static class NamedLists
{
    /// <summary>A list of items that are already ordered by name, each name once.</summary>
    public static NamedList<TItem, TSum> Of<TItem, TSum>(ReadOnlySpan<TItem> items)
        where TItem : class, IListed<TItem, TSum> => new(items);
}
