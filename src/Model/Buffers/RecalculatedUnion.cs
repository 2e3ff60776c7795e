using DmaGrains.Model.Constraints;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>The running union held against one computed afresh from the importers' current parameters (thread #0).</summary>
/// <param name="Running">What the buffer keeps.</param>
/// <param name="Recalculated">What the importers' current parameters give.</param>
/// <param name="ChangedImporter">The first importer whose demand has changed since it attached; null when none has.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.recalculated")]
public sealed record RecalculatedUnion(DmaConstraints Running, DmaConstraints Recalculated, string? ChangedImporter)
{
    /// <summary>Whether the two disagree.</summary>
    public bool Differs => Running != Recalculated;
}
