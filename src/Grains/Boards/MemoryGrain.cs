using System.Collections.Immutable;
using DmaGrains.Experiments.Playing;
using DmaGrains.Grains.Measuring;
using DmaGrains.Grains.Storage;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Memory;

namespace DmaGrains.Grains.Boards;

/// <summary>
/// Stores a board's physical memory. Allocations are stored in chunks, so that an allocation writes no more when the board has many
/// buffers; the free runs are rebuilt when the grain activates. Calls apply at once and share writes (<see cref="GroupedWrites"/>).
/// </summary>
[GrainType("dma-memory")]
internal sealed class MemoryGrain(
    [PersistentState("memory", StorageNames.Default)] IPersistentState<MemoryRecord> storage, TimeProvider time) : Grain, IMemoryForGrains
{
    // A chunk holds 64 allocations; where pages are scattered, fewer: sixteen more extents count as one more.
    private static readonly ChunkedMapShape<AllocationToken, Allocation> _shape = new(
        static held => held.Request.Token, static held => 1 + (held.Storage.Extents.Length / 16),
        ChangedMax: 16, GoneMax: 64, ChunkMax: 64);

    private readonly TokenTombstones<AllocationToken> _ended = new(time);
    private ChunkedMapStore<AllocationToken, Allocation> _chunks = null!;
    private ChunkedMap<AllocationToken, Allocation> _map = null!;
    private GroupedWrites _writes = null!;
    private MeasuredMemory _measured = null!;
    private Fragmentation? _fragmentation;

    // With all changes that were applied, and as it was written last.
    private PhysicalMemory? _memory;
    private PhysicalMemory? _durable;
    private HashSet<AllocationToken> _changed = [];
    private List<AllocationToken> _endedSince = [];

    private static DmaResult<BackingStorage> NotLaidOut => DmaResult.Refuse<BackingStorage>(Refusal.Of(
        Errno.ENOENT, "Memory", "The board's memory is not set up."));

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _writes = new(WriteAsync, DeactivateOnIdle, Activations.Memories);
        _chunks = new(_shape, ChunkStates.Of<Allocation>(GrainContext, "allocations"), DeactivateOnIdle);
        _map = await _chunks.ReadAsync(storage, () => storage.State.Allocations);
        _ended.Add(storage.State.Ended);
        if (!storage.State.Layouts.IsEmpty)
        {
            _durable = _memory = PhysicalMemory.Restore(storage.State.Layouts, _map.Items);
        }

        _measured = new(GrainKeys.NameOf(this.GetPrimaryKeyString()));
        _measured.Set(_durable);
        MemoryInstruments.Memories.Add(_measured);
        Activations.Memories.Began();
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        MemoryInstruments.Memories.Remove(_measured);
        Activations.Memories.Ended();
        return Task.CompletedTask;
    }

    public async Task<DmaResult<ImmutableArray<RegionUse>>> LayOutAsync(ImmutableArray<MemoryRegionLayout> regions, CancellationToken cancellationToken)
    {
        if (regions.IsDefault)
        {
            return DmaResult.Refuse<ImmutableArray<RegionUse>>(Refusal.Null(nameof(regions)));
        }

        return await _writes.ChangeAsync(() => LayOut(regions));
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

        var reply = await _writes.ChangeAsync(() => Allocate(request));
        MemoryInstruments.Answered(reply);
        return reply;
    }

    public async Task<Refusal?> FreeAsync(AllocationToken token, CancellationToken cancellationToken)
    {
        if (token.Check() is { } malformed)
        {
            return malformed;
        }

        return await _writes.ChangeAsync(() => Free(token));
    }

    public Task<ImmutableArray<RegionUse>> DescribeAsync(CancellationToken cancellationToken) =>
        Task.FromResult(_durable is null ? [] : _durable.Describe());

    public Task<ImmutableArray<AllocationToken>> GetHeldAsync(CancellationToken cancellationToken) => Task.FromResult(
        _durable is null ? [] : _durable.Allocations.Select(held => held.Request.Token).ToImmutableArray());

    private static Refusal? Check(AllocationRequest request) => request is null ? Refusal.Null(nameof(request)) : request.Check();

    private DmaResult<ImmutableArray<RegionUse>> LayOut(ImmutableArray<MemoryRegionLayout> regions)
    {
        if (_memory is null ? regions.IsEmpty : _memory.Layouts.SequenceEqual(regions))
        {
            return DmaResult.Grant(_memory?.Describe() ?? []);
        }

        if (_memory?.CheckReplaceable() is { } busy)
        {
            return DmaResult.Refuse<ImmutableArray<RegionUse>>(busy);
        }

        PhysicalMemory? next = null;
        if (!regions.IsEmpty)
        {
            var created = PhysicalMemory.Create(regions);
            if (!created.TryGetValue(out next))
            {
                return DmaResult.Refuse<ImmutableArray<RegionUse>>(created.Refusal!);
            }
        }

        (_memory, _fragmentation) = (next, null);
        _writes.Applied();
        return DmaResult.Grant(next?.Describe() ?? []);
    }

    private DmaResult<BackingStorage> Allocate(AllocationRequest request)
    {
        if (_memory is null)
        {
            return NotLaidOut;
        }

        if (_ended.Check(request.Token) is { } tooLate)
        {
            return DmaResult.Refuse<BackingStorage>(tooLate);
        }

        var (next, reply) = _memory.Allocate(request);
        if (MemoryInstruments.CountsFragmentation && reply.Refusal is { Errno: Errno.ENOMEM }
            && (_fragmentation ??= new([.. _memory.Layouts])).IsCauseOf(request, _memory))
        {
            MemoryInstruments.Fragmented();
        }

        Apply(next, request.Token);
        return reply;
    }

    private Refusal? Free(AllocationToken token)
    {
        if (_memory is null)
        {
            return null;
        }

        foreach (var ending in _memory.EndingWith(token))
        {
            End(ending);
        }

        return null;
    }

    private void End(AllocationToken token)
    {
        _ended.Add([token]);
        if (Apply(_memory!.Free(token), token))
        {
            _endedSince.Add(token);
        }
    }

    private bool Apply(PhysicalMemory next, AllocationToken token)
    {
        if (ReferenceEquals(next, _memory))
        {
            return false;
        }

        _memory = next;
        _changed.Add(token);
        _writes.Applied();
        return true;
    }

    private async Task WriteAsync()
    {
        var map = await _chunks.MakeRoomAsync(_map);
        _writes.Take();
        var (next, changed, ended) = (_memory, _changed, _endedSince);
        (_changed, _endedSince) = ([], []);
        map = changed.Aggregate(map, (all, token) => next?.Held(token) is { } held ? all.With(held) : all.Without(token));
        await storage.WriteAsync(
            new()
            {
                Layouts = [.. next?.Layouts ?? []],
                Allocations = map.ToRecord(),
                Ended = TokenTombstones<AllocationToken>.Told(storage.State.Ended, ended),
            },
            DeactivateOnIdle);
        (_durable, _map) = (next, map);
        _measured.Set(next);
    }
}
