using DmaGrains.Grains.Boards.Names;
using DmaGrains.Grains.Storage;
using DmaGrains.Interfaces;
using DmaGrains.Model;

namespace DmaGrains.Grains.Boards;

/// <summary>Finds the buckets of the boards' names.</summary>
[GrainType("dma-board-list")]
internal sealed class BoardListGrain(
    [PersistentState("board-buckets", StorageNames.Default)] IPersistentState<NameBucketsRecord> storage) : Grain, IBoardListGrain
{
    private const string BoardField = "Board";

    private NameBuckets _names = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _names = new(GrainFactory, string.Empty, storage, DeactivateOnIdle);
        return Task.CompletedTask;
    }

    public async Task<Refusal?> AddAsync(string board, uint generation) =>
        ModelName.Check(board, BoardField) ?? await _names.AddAsync(new(board, generation));

    public async Task<Refusal?> RemoveAsync(string board, uint generation)
    {
        if (ModelName.Check(board, BoardField) is { } refusal)
        {
            return refusal;
        }

        await _names.RemoveAsync(new(board, generation));
        return null;
    }

    public Task<DmaResult<NamePage>> ListAsync(string cursor, int count) => _names.ListAsync(cursor, count);
}
