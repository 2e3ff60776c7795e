using Orleans;

namespace DmaGrains.Model.Memory;

/// <summary>Identifies one allocation, so that the same request again gets the same pages.</summary>
/// <param name="Buffer">The buffer that owns the pages.</param>
/// <param name="Generation">Which storage under that name, from 0.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.token")]
public readonly record struct AllocationToken(string Buffer, uint Generation)
{
    /// <summary>Orders allocations by buffer, then generation.</summary>
    internal static IComparer<AllocationToken> Order { get; } = Comparer<AllocationToken>.Create((x, y) =>
    {
        var byBuffer = string.CompareOrdinal(x.Buffer, y.Buffer);
        return byBuffer != 0 ? byBuffer : x.Generation.CompareTo(y.Generation);
    });

    /// <summary>Null when the token is valid.</summary>
    /// <returns>EINVAL naming Buffer.</returns>
    public Refusal? Check() => ModelName.Check(Buffer, nameof(Buffer));

    /// <inheritdoc/>
    public override string ToString() => $"{Buffer}@{Generation}";
}
