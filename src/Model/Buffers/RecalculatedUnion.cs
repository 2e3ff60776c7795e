using DmaGrains.Model.Constraints;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>The running union beside one computed from the importers' current parameters (thread #0).</summary>
/// <param name="Running">The union that the buffer keeps.</param>
/// <param name="Recalculated">The union of the importers' current parameters.</param>
/// <param name="ChangedImporter">The first importer whose demand changed since it attached; null for none.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.recalculated")]
public sealed record RecalculatedUnion(DmaConstraints Running, DmaConstraints Recalculated, string? ChangedImporter)
{
    /// <summary>Whether the two disagree.</summary>
    public bool Differs => Running != Recalculated;
}
