namespace DmaGrains.Model.Buffers;

/// <summary>An item of a <see cref="NamedList{TItem, TSum}"/>: it has a name, and items can be summed up.</summary>
/// <typeparam name="TSelf">The item.</typeparam>
/// <typeparam name="TSum">The sum of many items.</typeparam>
public interface IListed<TSelf, TSum> : INamed
    where TSelf : class, IListed<TSelf, TSum>
{
    /// <summary>The sum of some items; without items, the neutral element.</summary>
    static abstract TSum SumOf(ReadOnlySpan<TSelf> items);

    /// <summary>Adds the sum of other items.</summary>
    static abstract void AddTo(ref TSum sum, in TSum other);
}
