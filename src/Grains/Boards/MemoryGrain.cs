using System.Collections.Immutable;
using DmaGrains.Grains.Storage;
using DmaGrains.Model;
using DmaGrains.Model.Memory;

namespace DmaGrains.Grains.Boards;

/// <summary>
/// Stores a board's physical memory. Allocations are stored in chunks, so that an allocation writes no more when the board has many
/// buffers; the free runs are rebuilt when the grain activates.
/// </summary>
[GrainType("dma-memory")]
internal sealed class MemoryGrain(
    [PersistentState("memory", StorageNames.Default)] IPersistentState<MemoryRecord> storage, TimeProvider time) : Grain, IMemoryForGrains
{
    private const uint EarlierMax = 16;

    // A chunk holds 64 allocations; where pages are scattered, fewer: sixteen more extents count as one more.
    private static readonly ChunkedMapShape<AllocationToken, Allocation> _shape = new(
        static held => held.Request.Token, static held => 1 + (held.Storage.Extents.Length / 16),
        ChangedMax: 16, GoneMax: 64, ChunkMax: 64);

    private readonly TokenTombstones<AllocationToken> _ended = new(time);
    private ChunkedMapStore<AllocationToken, Allocation> _chunks = null!;
    private ChunkedMap<AllocationToken, Allocation> _map = null!;
    private PhysicalMemory? _memory;

    private static DmaResult<BackingStorage> NotLaidOut => DmaResult.Refuse<BackingStorage>(Refusal.Of(
        Errno.ENOENT, "Memory", "The board's memory is not set up."));

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _chunks = new(_shape, ChunkStates.Of<Allocation>(GrainContext, "allocations"), DeactivateOnIdle);
        _map = await _chunks.ReadAsync(storage, () => storage.State.Allocations);
        _ended.Add(storage.State.Ended);
        if (!storage.State.Layouts.IsEmpty)
        {
            _memory = PhysicalMemory.Restore(storage.State.Layouts, _map.Items);
        }
    }

    public async Task<DmaResult<ImmutableArray<RegionUse>>> LayOutAsync(ImmutableArray<MemoryRegionLayout> regions, CancellationToken cancellationToken)
    {
        if (regions.IsDefault)
        {
            return DmaResult.Refuse<ImmutableArray<RegionUse>>(Refusal.Null(nameof(regions)));
        }

        if (_memory is null ? regions.IsEmpty : _memory.Layouts.SequenceEqual(regions))
        {
            return DmaResult.Grant(_memory?.Describe() ?? []);
        }

        if (_memory is not null && _memory.Allocations.Any())
        {
            return DmaResult.Refuse<ImmutableArray<RegionUse>>(Refusal.Of(
                Errno.EBUSY, "Memory", "Buffers hold pages of this memory; it cannot be replaced."));
        }

        if (regions.IsEmpty)
        {
            await WriteAsync(null, _map, storage.State.Ended);
            return DmaResult.Grant<ImmutableArray<RegionUse>>([]);
        }

        var created = PhysicalMemory.Create(regions);
        if (!created.TryGetValue(out var memory))
        {
            return DmaResult.Refuse<ImmutableArray<RegionUse>>(created.Refusal!);
        }

        await WriteAsync(memory, _map, storage.State.Ended);
        return DmaResult.Grant(memory.Describe());
    }

    public Task<DmaResult<BackingStorage>> TestAllocateAsync(AllocationRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(
            Check(request) is { } malformed ? DmaResult.Refuse<BackingStorage>(malformed)
            : _memory is null ? NotLaidOut
            : _memory.Allocate(request).Reply);

    public async Task<DmaResult<BackingStorage>> AllocateAsync(AllocationRequest request, CancellationToken cancellationToken)
    {
        if (Check(request) is { } malformed)
        {
            return DmaResult.Refuse<BackingStorage>(malformed);
        }

        if (_memory is null)
        {
            return NotLaidOut;
        }

        if (_ended.Has(request.Token))
        {
            return DmaResult.Refuse<BackingStorage>(Refusal.Of(
                Errno.EINVAL, "Token", $"{request.Token} was given back; a request for it comes too late."));
        }

        var (next, reply) = _memory.Allocate(request);
        await CommitAsync(next, request.Token, []);
        return reply;
    }

    public async Task<Refusal?> FreeAsync(AllocationToken token, CancellationToken cancellationToken)
    {
        if (token.Check() is { } malformed)
        {
            return malformed;
        }

        if (_memory is null)
        {
            return null;
        }

        await EndAsync(token);

        // A request that came too late may have taken pages under an earlier token, which would never be given back otherwise.
        for (var back = 1u; back <= Math.Min(token.Generation, EarlierMax); back++)
        {
            var earlier = token with { Generation = token.Generation - back };
            if (_memory.Held(earlier) is not null)
            {
                await EndAsync(earlier);
            }
        }

        return null;
    }

    public Task<ImmutableArray<RegionUse>> DescribeAsync(CancellationToken cancellationToken) =>
        Task.FromResult(_memory is null ? [] : _memory.Describe());

    public Task<ImmutableArray<AllocationToken>> GetHeldAsync(CancellationToken cancellationToken) => Task.FromResult(
        _memory is null ? [] : _memory.Allocations.Select(held => held.Request.Token).ToImmutableArray());

    private static Refusal? Check(AllocationRequest request) => request is null ? Refusal.Null(nameof(request)) : request.Check();

    private async Task EndAsync(AllocationToken token)
    {
        await CommitAsync(_memory!.Free(token), token, [token]);
        _ended.Add([token]);
    }

    private async Task CommitAsync(PhysicalMemory next, AllocationToken token, ImmutableArray<AllocationToken> ended)
    {
        if (!ReferenceEquals(next, _memory))
        {
            var map = await _chunks.MakeRoomAsync(_map);
            await WriteAsync(
                next,
                next.Held(token) is { } held ? map.With(held) : map.Without(token),
                TokenTombstones<AllocationToken>.Told(storage.State.Ended, ended));
        }
    }

    private async Task WriteAsync(
        PhysicalMemory? next, ChunkedMap<AllocationToken, Allocation> map, ImmutableArray<AllocationToken> told)
    {
        await storage.WriteAsync(
            new() { Layouts = [.. next?.Layouts ?? []], Allocations = map.ToRecord(), Ended = told }, DeactivateOnIdle);
        _memory = next;
        _map = map;
    }
}
