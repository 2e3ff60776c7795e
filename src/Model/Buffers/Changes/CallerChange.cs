using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Buffers.Changes;

/// <summary>How the remembered replies to a caller have changed.</summary>
/// <param name="Caller">The <see cref="CommandId.Caller"/>.</param>
/// <param name="Forgotten">How many of the oldest replies were forgotten.</param>
/// <param name="Added">New replies.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.caller-change")]
public readonly record struct CallerChange(string Caller, int Forgotten, ImmutableArray<AddedReply> Added);
