using System.Collections.Immutable;

namespace DmaGrains.Storage;

/// <summary>What a journal tells.</summary>
/// <param name="Snapshot">The last snapshot; null when nothing was written.</param>
/// <param name="Entries">The entries after it, oldest first.</param>
public sealed record JournalContents(ReadOnlyMemory<byte>? Snapshot, ImmutableArray<ReadOnlyMemory<byte>> Entries);
