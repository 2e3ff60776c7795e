using System.Collections.Immutable;

namespace DmaGrains.Model.Translation;

/// <summary>An MMU with its address spaces, one for each context, of which one is current.</summary>
/// <param name="Stage">The MMU.</param>
/// <param name="Spaces">Its address spaces, context by context.</param>
/// <param name="Current">The current context.</param>
internal sealed record StageContexts(IommuStage Stage, ImmutableArray<IovaSpace> Spaces, uint Current)
{
    /// <summary>Whether a mapping means nothing in another context: the DMA API knows it by its address alone (thread #39).</summary>
    public bool IsPerContext => Stage.Owner == StageOwner.DmaApi && Stage.ContextCount > 1;

    /// <summary>What is to be stored beside the stage and what is held.</summary>
    public IommuStageState State => new(Current, [.. Spaces.Select(space => space.State)]);

    /// <summary>Nothing is held, and context 0 is current.</summary>
    public static StageContexts Create(IommuStage stage)
    {
        var fresh = IovaSpace.Create(stage.Layout).Value;
        return new(stage, [.. Enumerable.Repeat(fresh, (int)stage.ContextCount)], 0);
    }

    /// <summary>A stage as it was stored.</summary>
    /// <param name="stage">The MMU.</param>
    /// <param name="state">What was stored of it.</param>
    /// <param name="held">What mappings hold of it.</param>
    public static StageContexts Restore(IommuStage stage, IommuStageState state, IEnumerable<MappedStage> held)
    {
        Invariant.Holds((uint)state.Spaces.Length == stage.ContextCount && state.Context < stage.ContextCount);
        var byContext = held.ToLookup(mapped => mapped.Context, mapped => mapped.Range);
        return new(
            stage,
            [.. state.Spaces.Select((space, context) => IovaSpace.Restore(stage.Layout, space, [.. byContext[(uint)context]]))],
            state.Context);
    }

    /// <summary>Hands out a range of the current context.</summary>
    /// <param name="lengthBytes">Bytes, 1 or more.</param>
    /// <param name="highestAddress">The last address that may be in it.</param>
    /// <returns>ENOSPC naming LengthBytes; this is then unchanged.</returns>
    public (StageContexts Next, DmaResult<MappedStage> Reply) Allocate(ulong lengthBytes, ulong highestAddress)
    {
        var (space, reply) = Spaces[(int)Current].Allocate(lengthBytes, highestAddress);
        return reply.TryGetValue(out var range)
            ? (
                this with { Spaces = Spaces.SetItem((int)Current, space) },
                DmaResult.Grant(new MappedStage(Stage.Name, Stage.Layout.GranuleBytes, range, Current)
                {
                    IsLazy = Stage.Layout.Reuse == IovaReuse.Lazy,
                }))
            : (this, DmaResult.Refuse<MappedStage>(reply.Refusal!));
    }

    /// <summary>Gives a range back to the context that it is of, whichever is current.</summary>
    public StageContexts Free(MappedStage mapped)
    {
        var context = (int)mapped.Context;
        return this with { Spaces = Spaces.SetItem(context, Spaces[context].Free(mapped.Range.First).Value) };
    }

    /// <summary>Makes another context current; the same again gives the same object.</summary>
    /// <returns>EINVAL naming Context when there is none of that number.</returns>
    public (StageContexts Next, Refusal? Reply) SwitchTo(uint context) => context >= Stage.ContextCount
        ? (this, new(
            Errno.EINVAL, null, "Context", context, Stage.ContextCount - 1,
            $"{Stage.Name} has {Counted.Of(Stage.ContextCount, "context")}, numbered from 0: there is no context {context}."))
        : (context == Current ? this : this with { Current = context }, null);

    /// <summary>Checks that each context hands out what mappings hold of it, and no more.</summary>
    /// <param name="held">What mappings hold of this stage.</param>
    public void AssertHold(IEnumerable<MappedStage> held)
    {
        var byContext = held.ToLookup(mapped => mapped.Context);
        Invariant.Holds(byContext.All(mapped => mapped.Key < Stage.ContextCount));
        for (var context = 0; context < Spaces.Length; context++)
        {
            var ranges = byContext[(uint)context].Select(mapped => mapped.Range).OrderBy(range => range.First.Value);
            Spaces[context].AssertInvariants();
            Invariant.Holds(Spaces[context].HeldRanges.SequenceEqual(ranges));
        }
    }
}
