using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>Named items as they are stored and sent: in the order of their names.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Alias("dma.named-list-surrogate`2")]
internal readonly record struct StoredNamedList<TItem, TSum>(ImmutableArray<TItem> Items)
    where TItem : class, IListed<TItem, TSum>;

/// <summary>There and back.</summary>
[RegisterConverter]
internal sealed class StoredNamedListConverter<TItem, TSum> : IConverter<NamedList<TItem, TSum>, StoredNamedList<TItem, TSum>>
    where TItem : class, IListed<TItem, TSum>
{
    public NamedList<TItem, TSum> ConvertFromSurrogate(in StoredNamedList<TItem, TSum> surrogate) =>
        surrogate.Items.IsDefault ? default : new(surrogate.Items.AsSpan());

    public StoredNamedList<TItem, TSum> ConvertToSurrogate(in NamedList<TItem, TSum> value) =>
        new(value.IsEmpty ? default : value.ToImmutableArray());
}
