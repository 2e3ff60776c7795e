using DmaGrains.Model.Devices;
using Orleans;

namespace DmaGrains.Model.Memory;

/// <summary>The memory that an importer reaches through the windows of its bus.</summary>
/// <param name="Importer">The importer's name, for the message.</param>
/// <param name="Reach">Its reach.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.windowed-reach")]
public readonly record struct WindowedReach(string Importer, DmaReach Reach)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Importer} {Reach}";
}
