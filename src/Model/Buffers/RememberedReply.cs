using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>A command and the reply it got.</summary>
/// <param name="Command">The command.</param>
/// <param name="Reply">The reply.</param>
[GenerateSerializer, Immutable, Alias("dma.remembered")]
public sealed record RememberedReply(DmaCommand Command, DmaResult<DmaReply> Reply);
