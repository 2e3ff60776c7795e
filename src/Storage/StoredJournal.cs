using System.Collections.Immutable;

namespace DmaGrains.Storage;

/// <summary>A journal as one state. Its ids are not those of the buffers' records that earlier builds stored under the same name.</summary>
[GenerateSerializer, Alias("dma.stored.journal")]
public sealed class StoredJournal
{
    /// <summary>The last snapshot; null when nothing was written.</summary>
    [Id(10)]
    public byte[]? Snapshot { get; init; }

    /// <summary>The entries after it, oldest first.</summary>
    [Id(11)]
    public ImmutableArray<byte[]> Entries { get; init; } = [];

    /// <summary>How many rows came before the snapshot; 0 also where a build that did not count them wrote it.</summary>
    [Id(12)]
    public long Replaced { get; init; }

    /// <summary>The place of the last row; 0 when nothing was written.</summary>
    public long Last => Snapshot is null ? 0 : Replaced + 1 + Entries.Length;

    /// <summary>What it tells.</summary>
    public JournalContents Contents => new(
        Snapshot is { } snapshot ? snapshot : (ReadOnlyMemory<byte>?)null, [.. Entries.Select(entry => (ReadOnlyMemory<byte>)entry)], Last);
}
