using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>A <see cref="NamedList{TItem, TSum}"/> as stored and sent: its items ordered by name.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Alias("dma.named-list-surrogate`2")]
internal readonly record struct StoredNamedList<TItem, TSum>(ImmutableArray<TItem> Items)
    where TItem : class, IListed<TItem, TSum>;

/// <summary>Converts between the two.</summary>
[RegisterConverter]
internal sealed class StoredNamedListConverter<TItem, TSum> : IConverter<NamedList<TItem, TSum>, StoredNamedList<TItem, TSum>>
    where TItem : class, IListed<TItem, TSum>
{
    public NamedList<TItem, TSum> ConvertFromSurrogate(in StoredNamedList<TItem, TSum> surrogate) =>
        surrogate.Items.IsDefault ? default : new(surrogate.Items.AsSpan());

    public StoredNamedList<TItem, TSum> ConvertToSurrogate(in NamedList<TItem, TSum> value) =>
        new(value.IsEmpty ? default : value.ToImmutableArray());
}
