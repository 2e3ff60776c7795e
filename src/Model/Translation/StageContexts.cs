using System.Collections.Immutable;

namespace DmaGrains.Model.Translation;

/// <summary>An MMU with an address space for each context, one of which is current.</summary>
/// <param name="Stage">The MMU.</param>
/// <param name="Spaces">Its address spaces, context by context.</param>
/// <param name="Current">The current context.</param>
internal sealed record StageContexts(IommuStage Stage, ImmutableArray<IovaSpace> Spaces, uint Current)
{
    /// <summary>Whether a mapping is valid in its own context only, because the DMA API knows it by address alone (thread #39).</summary>
    public bool IsPerContext => Stage.Owner == StageOwner.DmaApi && Stage.ContextCount > 1;

    /// <summary>
    /// The own address space that each context serves, by name; null for contexts that are shared or free. A space takes a context in which
    /// nothing is held, never the first, and gives it back with its last mapping (thread #34).
    /// </summary>
    public ImmutableArray<string?> Owners { get; private init; } = [.. new string?[Spaces.Length]];

    /// <summary>The state to store, in addition to the stage and its mappings.</summary>
    public IommuStageState State => new(Current, [.. Spaces.Select(space => space.State)]);

    /// <summary>Creates an MMU in which nothing is held and context 0 is current.</summary>
    public static StageContexts Create(IommuStage stage)
    {
        var fresh = IovaSpace.Create(stage.Layout).Value;
        return new(stage, [.. Enumerable.Repeat(fresh, (int)stage.ContextCount)], 0);
    }

    /// <summary>Restores a stored MMU.</summary>
    /// <param name="stage">The MMU.</param>
    /// <param name="state">The stored state.</param>
    /// <param name="held">What mappings hold in it.</param>
    public static StageContexts Restore(IommuStage stage, IommuStageState state, IEnumerable<MappedStage> held)
    {
        Invariant.Holds((uint)state.Spaces.Length == stage.ContextCount && state.Context < stage.ContextCount);
        var byContext = held.ToLookup(mapped => mapped.Context);
        return new(
            stage,
            [
                .. state.Spaces.Select((space, context) => IovaSpace.Restore(
                    stage.Layout, space, [.. byContext[(uint)context].Select(mapped => mapped.Range)])),
            ],
            state.Context)
        {
            Owners = [.. state.Spaces.Select((_, context) => byContext[(uint)context].Select(mapped => mapped.Space).FirstOrDefault())],
        };
    }

    /// <summary>
    /// Hands out a range from the named own space; else from the current context, or from the first one while the current one is an own
    /// space.
    /// </summary>
    /// <param name="lengthBytes">Bytes, 1 or more.</param>
    /// <param name="highestAddress">The last address that the range may contain.</param>
    /// <param name="space">The name of the own space; null for a shared one.</param>
    /// <param name="pciDevice">The name of the device if it is a PCI device; else null.</param>
    /// <returns>
    /// ENOSPC naming ContextCount when no context is free for the space, or LengthBytes; nothing is held then, but a later search may begin
    /// elsewhere.
    /// </returns>
    /// <remarks>The only place that says that no context is free.</remarks>
    public (StageContexts Next, DmaResult<MappedStage> Reply) Allocate(ulong lengthBytes, ulong highestAddress, string? space = null, string? pciDevice = null)
    {
        if (ContextFor(space) is not { } context)
        {
            return (this, DmaResult.Refuse<MappedStage>(new(
                Errno.ENOSPC, null, nameof(IommuStage.ContextCount), Stage.ContextCount + 1UL, Stage.ContextCount,
                $"The first of its {Counted.Of(Stage.ContextCount, "context")} is shared, none of the others is free, and {space} needs its own.")));
        }

        // A newly taken context starts with empty, flushed tables.
        var isTaken = space is not null && Owners[context] is null;
        var before = isTaken ? IovaSpace.Create(Stage.Layout).Value : Spaces[context];
        var (filled, reply) = before.Allocate(lengthBytes, highestAddress, pciDevice);
        return reply.TryGetValue(out var range)
            ? (
                this with { Spaces = Spaces.SetItem(context, filled), Owners = isTaken ? Owners.SetItem(context, space) : Owners },
                DmaResult.Grant(new MappedStage(Stage.Name, Stage.Layout.GranuleBytes, range, (uint)context)
                {
                    IsLazy = Stage.Layout.Reuse == IovaReuse.Lazy,
                    Space = space,
                }))
            : (isTaken || ReferenceEquals(filled, before) ? this : this with { Spaces = Spaces.SetItem(context, filled) }, DmaResult.Refuse<MappedStage>(reply.Refusal!));
    }

    /// <summary>Gives a range back to its context, whichever is current; the last range of an own space frees the space.</summary>
    public StageContexts Free(MappedStage mapped)
    {
        var context = (int)mapped.Context;
        var left = Spaces[context].Free(mapped.Range.First).Value;
        return this with
        {
            Spaces = Spaces.SetItem(context, left),
            Owners = mapped.Space is null || left.HeldRanges.Any() ? Owners : Owners.SetItem(context, null),
        };
    }

    private int? ContextFor(string? space)
    {
        if (space is null)
        {
            return Owners[(int)Current] is null ? (int)Current : 0;
        }

        var own = Owners.IndexOf(space);
        if (own >= 0)
        {
            return own;
        }

        for (var context = 1; context < Spaces.Length; context++)
        {
            if (Owners[context] is null && !Spaces[context].HeldRanges.Any())
            {
                return context;
            }
        }

        return null;
    }

    /// <summary>Makes another context current; the same again gives the same object.</summary>
    /// <returns>EINVAL naming Context for an unknown context.</returns>
    public (StageContexts Next, Refusal? Reply) SwitchTo(uint context) => context >= Stage.ContextCount
        ? (this, new(
            Errno.EINVAL, null, "Context", context, Stage.ContextCount - 1,
            $"{Stage.Name} has {Counted.Of(Stage.ContextCount, "context")}, numbered from 0: there is no context {context}."))
        : (context == Current ? this : this with { Current = context }, null);

    /// <summary>Checks that each context has handed out exactly what mappings hold.</summary>
    /// <param name="held">What mappings hold in this stage.</param>
    public void AssertHold(IEnumerable<MappedStage> held)
    {
        var byContext = held.ToLookup(mapped => mapped.Context);
        Invariant.Holds(byContext.All(mapped => mapped.Key < Stage.ContextCount));
        Invariant.Holds(Owners.Length == Spaces.Length && Owners[0] is null);
        Invariant.Holds(Owners.OfType<string>().Distinct().Count() == Owners.OfType<string>().Count());
        for (var context = 0; context < Spaces.Length; context++)
        {
            var ranges = byContext[(uint)context].Select(mapped => mapped.Range).OrderBy(range => range.First.Value);
            Spaces[context].AssertInvariants();
            Invariant.Holds(Spaces[context].HeldRanges.SequenceEqual(ranges));
            Invariant.Holds(byContext[(uint)context].All(mapped => mapped.Space == Owners[context]));
            Invariant.Holds(Owners[context] is null || byContext[(uint)context].Any());
        }
    }
}
