using Orleans;

namespace DmaGrains.Model.Memory;

/// <summary>Names one allocation, so that asking for it again gives the same pages.</summary>
/// <param name="Buffer">The buffer that owns the pages.</param>
/// <param name="Generation">Which storage of that buffer, from 0.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.token")]
public readonly record struct AllocationToken(string Buffer, uint Generation)
{
    /// <summary>By buffer, then generation: the order in which allocations are kept.</summary>
    internal static IComparer<AllocationToken> Order { get; } = Comparer<AllocationToken>.Create((x, y) =>
    {
        var byBuffer = string.CompareOrdinal(x.Buffer, y.Buffer);
        return byBuffer != 0 ? byBuffer : x.Generation.CompareTo(y.Generation);
    });

    /// <summary>Null when it can name an allocation.</summary>
    /// <returns>EINVAL naming Buffer.</returns>
    public Refusal? Check() => ModelName.Check(Buffer, nameof(Buffer));

    /// <inheritdoc/>
    public override string ToString() => $"{Buffer}@{Generation}";
}
