using DmaGrains.Model.Devices;
using Orleans;

namespace DmaGrains.Model.Memory;

/// <summary>Which memory an importer reaches whose bus has windows.</summary>
/// <param name="Importer">Who that is, for the message.</param>
/// <param name="Reach">What it reaches.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.windowed-reach")]
public readonly record struct WindowedReach(string Importer, DmaReach Reach)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Importer} {Reach}";
}
