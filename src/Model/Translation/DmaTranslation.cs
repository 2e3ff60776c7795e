using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Translation;

/// <summary>A board's MMUs and bounce pools, and what each mapping holds in them. Immutable: every change gives a new value.</summary>
/// <remarks>
/// Invariant: each address space and each pool have handed out exactly what the mappings hold. Source: drivers/iommu/dma-iommu.c for each
/// stage, stacked as in thread #35 and #40; kernel/dma/swiotlb.c for bounces.
/// </remarks>
public sealed class DmaTranslation
{
    private readonly IommuStages _stages;
    private readonly BouncePools _bounces;
    private readonly ImmutableSortedDictionary<MapToken, HeldMapping> _held;

    /// <summary>The value is immutable, so checking it once is enough.</summary>
    private bool _isChecked;

    private DmaTranslation(
        IommuStages stages, BouncePools bounces, ImmutableSortedDictionary<MapToken, HeldMapping> held)
    {
        _stages = stages;
        _bounces = bounces;
        _held = held;
    }

    /// <summary>The MMUs, without mappings.</summary>
    public ImmutableArray<IommuStage> Stages => [.. _stages.All.Select(stage => stage.Stage)];

    /// <summary>The region of the bounce pool of all devices, or null.</summary>
    public MemoryRegionLayout? Pool => _bounces.Common?.Layout;

    /// <summary>The regions of the bounce pools of some devices alone.</summary>
    public ImmutableArray<MemoryRegionLayout> RestrictedPools => [.. _bounces.Restricted.Select(pool => pool.Layout)];

    /// <summary>The state to store, in addition to <see cref="Stages"/>, <see cref="Pool"/> and <see cref="RestrictedPools"/>.</summary>
    public DmaTranslationState State => StateBesideHeld with { Held = [.. _held.Values] };

    /// <summary>The state to store without the held mappings, for storage that keeps those by token.</summary>
    public DmaTranslationState StateBesideHeld =>
        new(
            [.. _stages.All.Select(stage => stage.State)], [], _bounces.Common?.Pool.State,
            _bounces.Restricted.IsEmpty ? default : [.. _bounces.Restricted.Select(pool => pool.Pool.State)]);

    /// <summary>The mappings that hold something, in token order.</summary>
    public IEnumerable<MapToken> Held => _held.Keys;

    /// <summary>What the mapping of a token holds; null for nothing.</summary>
    public HeldMapping? HeldBy(MapToken token) => _held.GetValueOrDefault(token);

    /// <summary>Creates MMUs and pools without mappings.</summary>
    /// <param name="stages">The MMUs, which must pass <see cref="Check"/>.</param>
    /// <param name="pool">The pool of all devices, a region of kind Bounce of at most <see cref="SwiotlbPool.SizeBytesMax"/> bytes, or null.</param>
    /// <param name="restricted">The pools of some devices alone, as <paramref name="pool"/>; the default for none.</param>
    /// <exception cref="InvalidOperationException">They do not pass <see cref="Check"/>.</exception>
    public static DmaTranslation Create(
        ImmutableArray<IommuStage> stages, MemoryRegionLayout? pool, ImmutableArray<MemoryRegionLayout> restricted = default)
    {
        Invariant.Holds(Check(stages, pool, restricted) is null);
        return new(
            IommuStages.Create(stages),
            BouncePools.Create(pool, restricted.IsDefault ? [] : restricted),
            ImmutableSortedDictionary.Create<MapToken, HeldMapping>(MapToken.Order));
    }

    /// <summary>Restores stored MMUs and stored pools.</summary>
    /// <param name="stages">As for <see cref="Create"/>.</param>
    /// <param name="pool">As for <see cref="Create"/>.</param>
    /// <param name="state">The stored state of these stages and pools.</param>
    /// <param name="restricted">As for <see cref="Create"/>.</param>
    /// <exception cref="InvalidOperationException">They do not fit together.</exception>
    public static DmaTranslation Restore(
        ImmutableArray<IommuStage> stages, MemoryRegionLayout? pool, DmaTranslationState state, ImmutableArray<MemoryRegionLayout> restricted = default)
    {
        Invariant.Holds(Check(stages, pool, restricted) is null);
        var restored = new DmaTranslation(
            IommuStages.Restore(stages, state.Stages, state.Held.SelectMany(held => held.Mapped.Stages)),
            BouncePools.Restore(pool, restricted.IsDefault ? [] : restricted, state),
            state.Held.ToImmutableSortedDictionary(held => held.Request.Token, held => held, MapToken.Order));
        restored.AssertInvariants();
        return restored;
    }

    /// <summary>Maps a list. The same request under the same token gets the same addresses.</summary>
    /// <remarks>
    /// When a token comes again with another request or other pages, the earlier map was never acknowledged: what it holds is given back
    /// first, even when the new request is refused. The only place for addresses and bounces; a late request is refused before, on grains
    /// (<c>TokenTombstones</c>).
    /// </remarks>
    /// <returns>
    /// A refusal names the importer, and the token then holds nothing. Through MMUs: EINVAL naming Stage (unknown); EOPNOTSUPP naming
    /// Options (they need tables owned by a driver); EINVAL as <see cref="IommuMap"/>; ENOMEM naming LengthBytes when a stage has no room,
    /// or ENOSPC where a driver owns its tables; EINVAL naming MaxSegmentCount for too many segments, if the request checks the count.
    /// Without MMUs: EIO naming BouncePool (none, or full), LengthBytes, DmaMask or Windows when an entry out of reach cannot be bounced.
    /// </returns>
    public (DmaTranslation Next, DmaResult<DmaMapped> Reply) Map(DmaMapRequest request)
    {
        if (_held.TryGetValue(request.Token, out var held) && held.IsOf(request))
        {
            return (this, DmaResult.Grant(held.Mapped));
        }

        var before = held is null ? this : Unmap(request.Token);
        var table = Mapping.TableOver(request.Storage, request.SizeBytes, request.CutUnder);
        return request.Path.IsEmpty ? before.Bounce(table, request) : before.Translate(table, request);
    }

    /// <summary>EBUSY naming Stages while something is mapped, because other MMUs or another pool would lose it; else null.</summary>
    /// <remarks>
    /// The only place for MMUs and the pool. A board refuses before (<see cref="Boards.BoardSetUp.Replace"/>), unless a command comes in between.
    /// </remarks>
    public Refusal? CheckReplaceable() => _held.IsEmpty
        ? null
        : Refusal.Of(Errno.EBUSY, "Stages", "Buffers are mapped through these MMUs; they cannot be replaced.");

    /// <summary>Null when a mapping can be ended now.</summary>
    /// <returns>EINVAL naming Context when another context is current, so that the DMA API would unmap the wrong address (thread #39).</returns>
    /// <remarks>The only place that decides this.</remarks>
    public Refusal? CheckUnmap(MapToken token)
    {
        foreach (var mapped in _held.TryGetValue(token, out var held) ? held.Mapped.Stages : [])
        {
            var stage = _stages.Find(mapped.Stage)!;
            if (stage.IsPerContext && stage.Current != mapped.Context)
            {
                var importer = held!.Request.Importer;
                return new(
                    Errno.EINVAL, importer, "Context", mapped.Context, stage.Current,
                    $"{token.Buffer} was mapped for {importer} in context {mapped.Context} of {mapped.Stage}; in context {stage.Current} its address means nothing.");
            }
        }

        return null;
    }

    /// <summary>Ends a mapping in the contexts in which it was made; a token that holds nothing changes nothing.</summary>
    public DmaTranslation Unmap(MapToken token) => !_held.TryGetValue(token, out var held)
        ? this
        : new(
            _stages.Unmap(held.Mapped.Stages),
            _bounces.Unmap(held.Mapped.Bounces),
            _held.Remove(token));

    /// <summary>Ends all mappings of a buffer.</summary>
    public DmaTranslation UnmapAll(string buffer) =>
        _held.Keys.Where(token => token.Buffer == buffer).Aggregate(this, (held, token) => held.Unmap(token));

    /// <summary>Switches an MMU to another of its contexts; the same again changes nothing.</summary>
    /// <returns>EINVAL naming Stage for an unknown MMU, or Context for an unknown context; null when switched.</returns>
    public (DmaTranslation Next, Refusal? Reply) SwitchContext(string stage, uint context)
    {
        if (_stages.Find(stage) is not { } current)
        {
            return (this, Refusal.Of(Errno.EINVAL, "Stage", $"The board has no MMU {ModelName.Quoted(stage)}."));
        }

        var (switched, refusal) = current.SwitchTo(context);
        return ReferenceEquals(switched, current) ? (this, refusal) : (new(_stages.With(switched), _bounces, _held), null);
    }

    /// <summary>Checks that exactly what the mappings hold is handed out.</summary>
    /// <remarks>The only place for MMUs and the bounce pool.</remarks>
    public void AssertInvariants()
    {
        if (_isChecked)
        {
            return;
        }

        Invariant.Holds(_held.All(held => held.Key == held.Value.Request.Token && !held.Value.Mapped.IsNothing));
        _stages.AssertHold(_held.Values.SelectMany(held => held.Mapped.Stages));
        _bounces.AssertHold([.. _held.Values.SelectMany(held => held.Mapped.Bounces)]);
        _isChecked = true;
    }

    /// <summary>Null when the MMUs and the pools are valid.</summary>
    /// <param name="stages">The MMUs.</param>
    /// <param name="pool">The region of the bounce pool of all devices, or null.</param>
    /// <param name="restricted">The regions of the pools of some devices alone; the default for none.</param>
    /// <returns>
    /// What <see cref="IommuStage.Check"/> and <see cref="MemoryRegionLayout.Check"/> answer; EINVAL naming Stages or Restricted (null) or Kind (not a
    /// bounce pool), EEXIST naming Name, ENOSPC naming BouncePool.
    /// </returns>
    public static Refusal? Check(ImmutableArray<IommuStage> stages, MemoryRegionLayout? pool, ImmutableArray<MemoryRegionLayout> restricted = default)
    {
        if (stages.IsDefault || stages.Contains(null!))
        {
            return Refusal.Null(nameof(Stages));
        }

        if (stages.Select(stage => stage.Check()).FirstOrDefault(refusal => refusal is not null) is { } bad)
        {
            return bad;
        }

        if (stages.GroupBy(stage => stage.Name).FirstOrDefault(alike => alike.Count() > 1) is { } twice)
        {
            return Refusal.Of(Errno.EEXIST, nameof(IommuStage.Name), $"Two MMUs are named {twice.Key}.");
        }

        var pools = (restricted.IsDefault ? [] : restricted).Concat(pool is null ? [] : [pool]).ToList();
        return pools.Contains(null!) ? Refusal.Null(nameof(restricted))
            : pools.Select(CheckPool).FirstOrDefault(refusal => refusal is not null)
                ?? (pools.Count < 2 ? null : PhysicalMemory.Check(pools));
    }

    private static Refusal? CheckPool(MemoryRegionLayout pool) => pool.Check() ?? (pool.Kind != MemoryKind.Bounce
        ? Refusal.Of(Errno.EINVAL, nameof(pool.Kind), $"Region {pool.Name} is of kind {pool.Kind}: expected the bounce pool.")
        : SwiotlbPool.Check(pool.Range.SizeBytes));

    private (DmaTranslation Next, DmaResult<DmaMapped> Reply) Translate(SgTable table, DmaMapRequest request)
    {
        var (stages, reply) = _stages.Map(table, request);
        if (!reply.TryGetValue(out var held))
        {
            // Nothing is held, but a later search may begin elsewhere.
            return ((ReferenceEquals(stages, _stages) ? this : new(stages, _bounces, _held)), DmaResult.Refuse<DmaMapped>(reply.Refusal!));
        }

        return Hold(stages, _bounces, request, new(held, [])
        {
            IsPerContext = held.Any(mapped => stages.Find(mapped.Stage)!.IsPerContext),
        });
    }

    private (DmaTranslation Next, DmaResult<DmaMapped> Reply) Bounce(SgTable table, DmaMapRequest request)
    {
        var beyond = BounceRegion.FirstBeyond(table, request.Reach);
        if (beyond is null && request.Pool is null)
        {
            return (this, DmaResult.Grant(DmaMapped.Nothing));
        }

        if (_bounces.For(request) is not { } pool)
        {
            return Refuse(new(
                Errno.EIO, request.Importer, SwiotlbPool.PoolField, null, null,
                request.Pool is { } own
                    ? $"Everything is copied for {request.Importer} through {own}, and the board has no such bounce pool."
                    : $"{request.Importer} {request.Reach}; {request.Token.Buffer} has {beyond!.Value.LengthBytes} bytes at {beyond.Value.Address}, and the board has no bounce pool."));
        }

        var (next, reply) = pool.Map(table, request);
        var bounces = _bounces.With(next);
        return reply.TryGetValue(out var bounced)
            ? Hold(_stages, bounces, request, new([], bounced))
            : (new(_stages, bounces, _held), DmaResult.Refuse<DmaMapped>(reply.Refusal!));
    }

    private (DmaTranslation Next, DmaResult<DmaMapped> Reply) Hold(
        IommuStages stages, BouncePools bounces, DmaMapRequest request, DmaMapped mapped) => (
            new(stages, bounces, _held.Add(request.Token, HeldMapping.Of(request, mapped))),
            DmaResult.Grant(mapped));

    private (DmaTranslation Next, DmaResult<DmaMapped> Reply) Refuse(Refusal refusal) =>
        (this, DmaResult.Refuse<DmaMapped>(refusal));
}
