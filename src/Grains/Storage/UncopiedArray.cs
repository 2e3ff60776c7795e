using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.GeneratedCodeHelpers;
using Orleans.Serialization.Serializers;

namespace DmaGrains.Grains.Storage;

/// <summary>
/// Writes and reads an immutable array as Orleans' own codec does, byte for byte, but without a copy of it: for arrays that every command
/// stores and that are written once. One that is written twice would be told by reference.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="serializer">Serializes the array inside.</param>
internal sealed class UncopiedArray<T>(IValueSerializer<ImmutableArraySurrogate<T>> serializer)
    : GeneralizedValueTypeSurrogateCodec<ImmutableArray<T>, ImmutableArraySurrogate<T>>(OrleansGeneratedCodeHelper.UnwrapService(typeof(T), serializer))
{
    /// <inheritdoc/>
    public override ImmutableArray<T> ConvertFromSurrogate(ref ImmutableArraySurrogate<T> surrogate) =>
        ImmutableCollectionsMarshal.AsImmutableArray(surrogate.Values);

    /// <inheritdoc/>
    public override void ConvertToSurrogate(ImmutableArray<T> value, ref ImmutableArraySurrogate<T> surrogate) =>
        surrogate.Values = ImmutableCollectionsMarshal.AsArray(value);
}
