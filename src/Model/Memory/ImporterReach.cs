using Orleans;

namespace DmaGrains.Model.Memory;

/// <summary>How far the importer reaches that reaches least.</summary>
/// <param name="Importer">Who that is, for the message.</param>
/// <param name="HighestAddress">The last address that it reaches.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.reach")]
public readonly record struct ImporterReach(string Importer, ulong HighestAddress);
