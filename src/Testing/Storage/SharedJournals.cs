using System.Collections.Immutable;
using DmaGrains.Grains.Buffers;
using DmaGrains.Storage;

namespace DmaGrains.Testing;

/// <summary>The journals in the cluster's storage as seen by the grains of one silo, or without a silo, bypassing faults.</summary>
internal sealed class SharedJournals(ClusterStorage storage, SiloLink? link) : IJournalStore
{
    public async Task<ImmutableArray<JournalRow>> DoAsync(JournalRead read) => link is null
        ? storage.Find(KeyOf(read)).Rows
        : (await storage.ReadAsync(KeyOf(read), link, read.Cancellation)).Rows;

    public ValueTask<bool> DoAsync(JournalWrite write) => link is null
        ? new(storage.Put(KeyOf(write), write.Row))
        : new(storage.WriteAsync(KeyOf(write), write.Row, link, write.Cancellation));

    private static StateKey KeyOf(StorageOperation operation) => new(DmaBufferRecord.StateName, GrainId.Parse(operation.Grain));
}
