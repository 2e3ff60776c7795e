using System.Collections.Immutable;

namespace DmaGrains.Storage;

/// <summary>What a journal tells.</summary>
/// <param name="Snapshot">The last snapshot; null when nothing was written.</param>
/// <param name="Entries">The entries after it, oldest first.</param>
/// <param name="Last">The place of the last of these rows in the journal; 0 when nothing was written.</param>
public sealed record JournalContents(ReadOnlyMemory<byte>? Snapshot, ImmutableArray<ReadOnlyMemory<byte>> Entries, long Last);
