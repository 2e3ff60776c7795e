using System.Collections.Immutable;
using DmaGrains.Grains.Measuring;
using DmaGrains.Grains.Storage;
using DmaGrains.Model;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Grains.Boards;

/// <summary>
/// Stores a board's MMUs and bounce pool. Mappings are stored in chunks, so that a map writes no more when the board has many; free
/// addresses and slots are rebuilt when the grain activates. Calls apply at once and share writes (<see cref="GroupedWrites"/>).
/// </summary>
[GrainType("dma-translation")]
internal sealed class TranslationGrain(
    [PersistentState("translation", StorageNames.Default)] IPersistentState<TranslationRecord> storage, TimeProvider time)
    : Grain, ITranslationForGrains
{
    // A chunk holds 64 mappings; of many bounces, fewer: sixteen more of them count as one more.
    private static readonly ChunkedMapShape<MapToken, HeldMapping> _shape = new(
        static held => held.Request.Token,
        static held => 1 + (held.Mapped.Bounces.Length / 16),
        ChangedMax: 16, GoneMax: 64, ChunkMax: 64);

    private readonly TokenTombstones<MapToken> _ended = new(time);
    private ChunkedMapStore<MapToken, HeldMapping> _chunks = null!;
    private ChunkedMap<MapToken, HeldMapping> _map = null!;
    private GroupedWrites _writes = null!;

    // With all changes that were applied, and as it was written last.
    private DmaTranslation _translation = DmaTranslation.Create([], null);
    private DmaTranslation _durable = DmaTranslation.Create([], null);
    private HashSet<MapToken> _changed = [];
    private bool _isLaidOut;
    private List<MapToken> _endedSince = [];

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _writes = new(WriteAsync, DeactivateOnIdle, Activations.Translations);
        _chunks = new(_shape, ChunkStates.Of<HeldMapping>(GrainContext, "held"), DeactivateOnIdle);
        _map = await _chunks.ReadAsync(storage, () => storage.State.Held);
        _ended.Add(storage.State.Ended);
        if (storage.State.State is { } state)
        {
            _isLaidOut = true;
            _durable = _translation = DmaTranslation.Restore(
                storage.State.Stages, storage.State.Pool, state with { Held = [.. _map.Items] }, storage.State.Restricted);
        }

        Activations.Translations.Began();
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Activations.Translations.Ended();
        return Task.CompletedTask;
    }

    public Task<Refusal?> LayOutAsync(ImmutableArray<IommuStage> stages, MemoryRegionLayout? pool, CancellationToken cancellationToken) =>
        LayOutPoolsAsync(stages, pool, [], cancellationToken);

    public async Task<Refusal?> LayOutPoolsAsync(
        ImmutableArray<IommuStage> stages, MemoryRegionLayout? pool, ImmutableArray<MemoryRegionLayout> restricted, CancellationToken cancellationToken)
    {
        if (restricted.IsDefault)
        {
            return Refusal.Null(nameof(restricted));
        }

        if (DmaTranslation.Check(stages, pool, restricted) is { } malformed)
        {
            return malformed;
        }

        return await _writes.ChangeAsync(() => LayOut(stages, pool, restricted));
    }

    public async Task<DmaResult<DmaMapped>> MapAsync(DmaMapRequest request, CancellationToken cancellationToken)
    {
        if (Check(request) is { } malformed)
        {
            return DmaResult.Refuse<DmaMapped>(malformed);
        }

        return await _writes.ChangeAsync(() => Map(request));
    }

    public Task<DmaResult<DmaMapped>> TestMapAsync(DmaMapRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(Check(request) is { } malformed ? DmaResult.Refuse<DmaMapped>(malformed) : _translation.Map(request).Reply);

    public Task<Refusal?> CheckUnmapAsync(MapToken token, CancellationToken cancellationToken) =>
        Task.FromResult(token.Check() ?? _translation.CheckUnmap(token));

    public async Task<Refusal?> UnmapAsync(ImmutableArray<MapToken> tokens, CancellationToken cancellationToken)
    {
        if (Check(tokens) is { } malformed)
        {
            return malformed;
        }

        return await _writes.ChangeAsync(() => End(tokens.Aggregate(_translation, (held, token) => held.Unmap(token)), tokens));
    }

    public async Task<Refusal?> UnmapAllAsync(string buffer, ulong following, CancellationToken cancellationToken)
    {
        if (ModelName.Check(buffer, nameof(MapToken.Buffer)) is { } malformed)
        {
            return malformed;
        }

        return await _writes.ChangeAsync(() => End(
            _translation.UnmapAll(buffer), [.. _translation.Held.Where(token => token.Buffer == buffer), new(buffer, following)]));
    }

    public async Task<Refusal?> SwitchContextAsync(string stage, uint context, CancellationToken cancellationToken)
    {
        if (stage is null)
        {
            return Refusal.Null("Stage");
        }

        return await _writes.ChangeAsync(() =>
        {
            var (next, refusal) = _translation.SwitchContext(stage, context);
            Apply(next, []);
            return refusal;
        });
    }

    public Task<ImmutableArray<MapToken>> GetHeldAsync(CancellationToken cancellationToken) => Task.FromResult(_durable.Held.ToImmutableArray());

    private static Refusal? Check(DmaMapRequest request) => request is null ? Refusal.Null(nameof(request)) : request.Check();

    private static Refusal? Check(ImmutableArray<MapToken> tokens)
    {
        if (tokens.IsDefault)
        {
            return Refusal.Null(nameof(tokens));
        }

        foreach (var token in tokens)
        {
            if (token.Check() is { } malformed)
            {
                return malformed;
            }
        }

        return null;
    }

    private Refusal? LayOut(ImmutableArray<IommuStage> stages, MemoryRegionLayout? pool, ImmutableArray<MemoryRegionLayout> restricted)
    {
        var isSame = _translation.Pool == pool && _translation.RestrictedPools.SequenceEqual(restricted) && IommuStage.SayTheSame(_translation.Stages, stages);
        if (isSame && _isLaidOut)
        {
            return null;
        }

        if (_translation.CheckReplaceable() is { } busy)
        {
            return busy;
        }

        _isLaidOut = true;
        Apply(DmaTranslation.Create(stages, pool, restricted), []);
        return null;
    }

    private DmaResult<DmaMapped> Map(DmaMapRequest request)
    {
        if (_ended.Check(request.Token) is { } tooLate)
        {
            return DmaResult.Refuse<DmaMapped>(tooLate);
        }

        var (next, reply) = _translation.Map(request);
        Apply(next, [request.Token]);
        return reply;
    }

    private Refusal? End(DmaTranslation next, ImmutableArray<MapToken> ended)
    {
        _ended.Add(ended);
        if (Apply(next, ended))
        {
            _endedSince.AddRange(ended);
        }

        return null;
    }

    private bool Apply(DmaTranslation next, ImmutableArray<MapToken> changed)
    {
        if (ReferenceEquals(next, _translation))
        {
            return false;
        }

        _translation = next;
        _changed.UnionWith(changed);
        _writes.Applied(Math.Max(1, changed.Length));
        return true;
    }

    private async Task WriteAsync()
    {
        var map = await _chunks.MakeRoomAsync(_map);
        _writes.Take();
        var (next, changed, ended) = (_translation, _changed, _endedSince);
        (_changed, _endedSince) = ([], []);
        map = changed.Aggregate(map, (held, token) => next.HeldBy(token) is { } mapping ? held.With(mapping) : held.Without(token));
        await storage.WriteAsync(
            new()
            {
                Stages = next.Stages,
                Pool = next.Pool,
                Restricted = next.RestrictedPools,
                State = next.StateBesideHeld,
                Ended = TokenTombstones<MapToken>.Told(storage.State.Ended, ended),
                Held = map.ToRecord(),
            },
            DeactivateOnIdle);
        (_durable, _map) = (next, map);
    }
}
