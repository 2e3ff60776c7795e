using Orleans;

namespace DmaGrains.Model.Memory;

/// <summary>The importer with the narrowest reach.</summary>
/// <param name="Importer">The importer's name, for the message.</param>
/// <param name="HighestAddress">The last address that it reaches.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.reach")]
public readonly record struct ImporterReach(string Importer, ulong HighestAddress);
