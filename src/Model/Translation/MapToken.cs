using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>Identifies what one mapping holds in IOMMUs and the bounce pool, so that a repeated request gets the same.</summary>
/// <param name="Buffer">The buffer.</param>
/// <param name="Sequence">Which mapping under that name, from 0.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.map-token")]
public readonly record struct MapToken(string Buffer, ulong Sequence)
{
    /// <summary>Orders mappings by buffer, then sequence.</summary>
    internal static IComparer<MapToken> Order { get; } = Comparer<MapToken>.Create((x, y) =>
    {
        var byBuffer = string.CompareOrdinal(x.Buffer, y.Buffer);
        return byBuffer != 0 ? byBuffer : x.Sequence.CompareTo(y.Sequence);
    });

    /// <summary>Null when the token is valid.</summary>
    /// <returns>EINVAL naming Buffer.</returns>
    public Refusal? Check() => ModelName.Check(Buffer, nameof(Buffer));

    /// <inheritdoc/>
    public override string ToString() => $"{Buffer}#{Sequence}";
}
