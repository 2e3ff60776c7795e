using System.Collections.Immutable;
using DmaGrains.Grains.Storage;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Memory;

namespace DmaGrains.Grains.Boards;

/// <summary>Keeps a board's physical memory; the free runs are rebuilt when it activates.</summary>
[GrainType("dma-memory")]
internal sealed class MemoryGrain(
    [PersistentState("memory", StorageNames.Default)] IPersistentState<MemoryRecord> storage) : Grain, IMemoryGrain
{
    private PhysicalMemory? _memory;

    private static DmaResult<BackingStorage> NotLaidOut => DmaResult.Refuse<BackingStorage>(Refusal.Of(
        Errno.ENOENT, "Memory", "The board has no memory laid out."));

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (!storage.State.Layouts.IsEmpty)
        {
            _memory = PhysicalMemory.Restore(storage.State.Layouts, storage.State.Allocations);
        }

        return Task.CompletedTask;
    }

    public async Task<DmaResult<ImmutableArray<RegionUse>>> LayOutAsync(ImmutableArray<MemoryRegionLayout> regions)
    {
        if (_memory is not null && _memory.Layouts.SequenceEqual(regions))
        {
            return DmaResult.Grant(_memory.Describe());
        }

        if (_memory is not null && _memory.Allocations.Any())
        {
            return DmaResult.Refuse<ImmutableArray<RegionUse>>(Refusal.Of(
                Errno.EBUSY, "Memory", "Buffers hold pages of this memory; it cannot be laid out anew."));
        }

        var created = PhysicalMemory.Create(regions);
        if (!created.TryGetValue(out var memory))
        {
            return DmaResult.Refuse<ImmutableArray<RegionUse>>(created.Refusal!);
        }

        await CommitAsync(memory);
        return DmaResult.Grant(memory.Describe());
    }

    public Task<DmaResult<BackingStorage>> TestAllocateAsync(AllocationRequest request) =>
        Task.FromResult(_memory is null ? NotLaidOut : _memory.Allocate(request).Reply);

    public async Task<DmaResult<BackingStorage>> AllocateAsync(AllocationRequest request)
    {
        if (_memory is null)
        {
            return NotLaidOut;
        }

        var (next, reply) = _memory.Allocate(request);
        await CommitAsync(next);
        return reply;
    }

    public Task FreeAsync(AllocationToken token) =>
        _memory is null ? Task.CompletedTask : CommitAsync(_memory.Free(token));

    public Task<ImmutableArray<RegionUse>> DescribeAsync() =>
        Task.FromResult(_memory is null ? [] : _memory.Describe());

    public Task<ImmutableArray<AllocationToken>> GetHeldAsync() => Task.FromResult(
        storage.State.Allocations.Select(allocation => allocation.Request.Token).ToImmutableArray());

    private async Task CommitAsync(PhysicalMemory next)
    {
        if (!ReferenceEquals(next, _memory))
        {
            await storage.WriteAsync(
                new() { Layouts = [.. next.Layouts], Allocations = [.. next.Allocations] }, DeactivateOnIdle);
            _memory = next;
        }
    }
}
