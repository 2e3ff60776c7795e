using DmaGrains.Grains.Boards.Names;
using DmaGrains.Grains.Storage;
using DmaGrains.Interfaces;
using DmaGrains.Model;

namespace DmaGrains.Grains.Boards;

/// <summary>Finds the buckets of the boards' names.</summary>
[GrainType("dma-board-list")]
internal sealed class BoardListGrain(
    [PersistentState("board-buckets", StorageNames.Default)] IPersistentState<NameBucketsRecord> storage) : Grain, IBoardListForGrains
{
    private NameBuckets _names = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _names = new(GrainFactory, string.Empty, storage, DeactivateOnIdle);
        return Task.CompletedTask;
    }

    public Task<Refusal?> AddAsync(string board, uint generation, CancellationToken cancellationToken) => _names.AddAsync(new(board, generation));

    public Task<Refusal?> RemoveAsync(string board, uint generation, CancellationToken cancellationToken) => _names.RemoveAsync(new(board, generation));

    public Task<DmaResult<NamePage>> ListAsync(string cursor, int count, CancellationToken cancellationToken) =>
        _names.ListAsync(cursor, count, cancellationToken);
}
