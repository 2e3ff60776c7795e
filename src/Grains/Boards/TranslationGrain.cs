using System.Collections.Immutable;
using DmaGrains.Grains.Storage;
using DmaGrains.Model;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Grains.Boards;

/// <summary>
/// Stores a board's MMUs and bounce pool. Mappings are stored in chunks, so that a map writes no more when the board has many; free
/// addresses and slots are rebuilt when the grain activates.
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
    private DmaTranslation _translation = DmaTranslation.Create([], null);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _chunks = new(_shape, ChunkStates.Of<HeldMapping>(GrainContext, "held"), DeactivateOnIdle);
        _map = await _chunks.ReadAsync(storage, () => storage.State.Held);
        _ended.Add(storage.State.Ended);
        if (storage.State.State is { } state)
        {
            _translation = DmaTranslation.Restore(
                storage.State.Stages, storage.State.Pool, state with { Held = [.. _map.Items] });
        }
    }

    public async Task<Refusal?> LayOutAsync(ImmutableArray<IommuStage> stages, MemoryRegionLayout? pool, CancellationToken cancellationToken)
    {
        if (DmaTranslation.Check(stages, pool) is { } malformed)
        {
            return malformed;
        }

        var isSame = storage.State.Pool == pool && storage.State.Stages.Length == stages.Length
            && storage.State.Stages.Zip(stages).All(pair => pair.First.SaysTheSameAs(pair.Second));
        if (isSame && storage.State.State is not null)
        {
            return null;
        }

        if (_translation.Held.Any())
        {
            return Refusal.Of(Errno.EBUSY, "Stages", "Buffers are mapped through these MMUs; they cannot be replaced.");
        }

        await CommitAsync(DmaTranslation.Create(stages, pool), [], []);
        return null;
    }

    public async Task<DmaResult<DmaMapped>> MapAsync(DmaMapRequest request, CancellationToken cancellationToken)
    {
        if (Check(request) is { } malformed)
        {
            return DmaResult.Refuse<DmaMapped>(malformed);
        }

        if (_ended.Has(request.Token))
        {
            return DmaResult.Refuse<DmaMapped>(Refusal.Of(
                Errno.EINVAL, "Token", $"Mapping {request.Token.Sequence} of {request.Token.Buffer} has ended; a request for it comes too late."));
        }

        var (next, reply) = _translation.Map(request);
        await CommitAsync(next, [request.Token], []);
        return reply;
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

        await CommitAsync(tokens.Aggregate(_translation, (held, token) => held.Unmap(token)), tokens, tokens);
        _ended.Add(tokens);
        return null;
    }

    public async Task<Refusal?> UnmapAllAsync(string buffer, ulong following, CancellationToken cancellationToken)
    {
        if (ModelName.Check(buffer, nameof(MapToken.Buffer)) is { } malformed)
        {
            return malformed;
        }

        ImmutableArray<MapToken> ended = [.. _translation.Held.Where(token => token.Buffer == buffer), new(buffer, following)];
        await CommitAsync(_translation.UnmapAll(buffer), ended, ended);
        _ended.Add(ended);
        return null;
    }

    public async Task<Refusal?> SwitchContextAsync(string stage, uint context, CancellationToken cancellationToken)
    {
        if (stage is null)
        {
            return Refusal.Null("Stage");
        }

        var (next, refusal) = _translation.SwitchContext(stage, context);
        await CommitAsync(next, [], []);
        return refusal;
    }

    public Task<ImmutableArray<MapToken>> GetHeldAsync(CancellationToken cancellationToken) => Task.FromResult(_translation.Held.ToImmutableArray());

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

    private async Task CommitAsync(DmaTranslation next, ImmutableArray<MapToken> changed, ImmutableArray<MapToken> ended)
    {
        if (ReferenceEquals(next, _translation))
        {
            return;
        }

        var map = changed.Aggregate(
            await _chunks.MakeRoomAsync(_map),
            (held, token) => next.HeldBy(token) is { } mapping ? held.With(mapping) : held.Without(token));
        await storage.WriteAsync(
            new()
            {
                Stages = next.Stages,
                Pool = next.Pool,
                State = next.StateBesideHeld,
                Ended = TokenTombstones<MapToken>.Told(storage.State.Ended, ended),
                Held = map.ToRecord(),
            },
            DeactivateOnIdle);
        (_translation, _map) = (next, map);
    }
}
