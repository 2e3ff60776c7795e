using System.Collections.Immutable;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Translation;

/// <summary>Stub.</summary>
public static class MappedSegments
{
    /// <summary>Stub.</summary>
    public static ImmutableArray<DmaSegment> Of(SgTable table, DmaConstraints takes, DmaMapped? mapped) =>
        [.. table.ToImmutableArray().Select(entry => new DmaSegment(new(entry.Address.Value), entry.LengthBytes))];
}
