namespace DmaGrains.Model.Buffers;

/// <summary>What a <see cref="NamedList{TItem, TSum}"/> keeps: it has a name, and many of it come to a sum.</summary>
/// <typeparam name="TSelf">The item.</typeparam>
/// <typeparam name="TSum">What many of it come to.</typeparam>
public interface IListed<TSelf, TSum>
    where TSelf : class, IListed<TSelf, TSum>
{
    /// <summary>Unique in the list.</summary>
    string Name { get; }

    /// <summary>What some items come to; of none, what changes nothing when it is added.</summary>
    static abstract TSum SumOf(ReadOnlySpan<TSelf> items);

    /// <summary>Adds what other items come to.</summary>
    static abstract void AddTo(ref TSum sum, in TSum other);
}
