using Orleans;

namespace DmaGrains.Model.Buffers.History;

/// <summary>What a history keeps of a <see cref="Model.Refusal"/>.</summary>
/// <param name="Errno"><see cref="Refusal.Errno"/>.</param>
/// <param name="Importer"><see cref="Refusal.Importer"/>; null for none.</param>
/// <param name="Field"><see cref="Refusal.Field"/>; null for none.</param>
[GenerateSerializer, Immutable, Alias("dma.event-refusal")]
public sealed record EventRefusal(Errno Errno, string? Importer, string? Field);
