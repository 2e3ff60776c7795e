using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>Names what one mapping holds of IOMMUs and the bounce pool, so that asking again gives the same.</summary>
/// <param name="Buffer">The buffer.</param>
/// <param name="Sequence">Which of its mappings, from 0.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.map-token")]
public readonly record struct MapToken(string Buffer, ulong Sequence)
{
    /// <summary>By buffer, then sequence: the order in which mappings are kept.</summary>
    internal static IComparer<MapToken> Order { get; } = Comparer<MapToken>.Create((x, y) =>
    {
        var byBuffer = string.CompareOrdinal(x.Buffer, y.Buffer);
        return byBuffer != 0 ? byBuffer : x.Sequence.CompareTo(y.Sequence);
    });

    /// <summary>Null when it can name what a mapping holds.</summary>
    /// <returns>EINVAL naming Buffer.</returns>
    public Refusal? Check() => ModelName.Check(Buffer, nameof(Buffer));
}
