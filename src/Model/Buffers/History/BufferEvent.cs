using Orleans;

namespace DmaGrains.Model.Buffers.History;

/// <summary>What happened to a buffer: an export or a command, who asked, and how it ended.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Time">When it was made durable, by the silo's clock, to the millisecond; null when it was stored by a build that kept no times.</param>
/// <param name="Caller">The <see cref="CommandId.Caller"/>; null for a request without an id.</param>
/// <param name="Kind">The command.</param>
/// <param name="Name">The attachment or mapping that it names; empty for export, release and revoke.</param>
/// <param name="Other">An attach's device, a map's attachment or the raw access that is mapped; empty for others.</param>
/// <param name="Refusal">Why it was refused; null when it was granted.</param>
[GenerateSerializer, Immutable, Alias("dma.buffer-event")]
public sealed record BufferEvent(
    BufferEventId Id, DateTimeOffset? Time, string? Caller, RememberedKind Kind, string Name, string Other, EventRefusal? Refusal);
