using System.Collections.Immutable;
using System.Runtime.InteropServices;
using DmaGrains.Model.Buffers.Changes;

namespace DmaGrains.Model.Buffers;

/// <content>The difference between two states of the remembered replies, and the later state from the earlier one.</content>
public sealed partial record ReplyTable
{
    /// <summary>What has changed since an earlier state; <see cref="With(in ReplyChanges, DmaBuffer?)"/> is the way back.</summary>
    /// <param name="before">The earlier state.</param>
    /// <param name="buffer">The buffer after the commands that were answered; null before its first export.</param>
    public ReplyChanges ChangesSince(ReplyTable before, DmaBuffer? buffer)
    {
        if (ReferenceEquals(this, before))
        {
            return default;
        }

        var (unnamedForgotten, unnamed) = AddedSince(before.Unnamed, Unnamed, buffer);
        var (forgotten, callers) = CallersSince(before, buffer);
        return new()
        {
            UnnamedForgotten = unnamedForgotten,
            Unnamed = unnamed,
            CallersForgotten = forgotten,
            Callers = callers,
            Horizon = Horizon == before.Horizon ? 0 : Horizon,
        };
    }

    /// <summary>The state that differs from this one by those changes.</summary>
    /// <param name="changes">What <see cref="ChangesSince"/> told.</param>
    /// <param name="buffer">The buffer after the same journal entry.</param>
    public ReplyTable With(in ReplyChanges changes, DmaBuffer? buffer) => new()
    {
        Unnamed = With(Unnamed, changes.UnnamedForgotten, changes.Unnamed, buffer),
        Callers = With(Callers, changes, buffer),
        Horizon = changes.Horizon == 0 ? Horizon : changes.Horizon,
    };

    private (ImmutableArray<string> Forgotten, ImmutableArray<CallerChange> Changed) CallersSince(ReplyTable before, DmaBuffer? buffer)
    {
        if (Callers == before.Callers)
        {
            return default;
        }

        // Those that have not asked since keep their order, before all others.
        var unchanged = 0;
        foreach (var caller in before.Callers)
        {
            if (unchanged < Callers.Length && ReferenceEquals(caller, Callers[unchanged]))
            {
                unchanged++;
            }
        }

        var known = 0;
        var changed = new CallerChange[Callers.Length - unchanged];
        for (var place = 0; place < changed.Length; place++)
        {
            var caller = Callers[unchanged + place];
            var index = before.IndexOf(caller.Caller);
            known += index < 0 ? 0 : 1;
            var (forgotten, added) = AddedSince(index < 0 ? [] : before.Callers[index].Replies, caller.Replies, buffer);
            changed[place] = new(caller.Caller, forgotten, added);
        }

        return (unchanged + known == before.Callers.Length ? default : [.. Forgotten(before)], ImmutableCollectionsMarshal.AsImmutableArray(changed));
    }

    private IEnumerable<string> Forgotten(ReplyTable before) =>
        before.Callers.Select(caller => caller.Caller).Except(Callers.Select(caller => caller.Caller));

    /// <summary>How many of the oldest replies are missing, and which are new.</summary>
    private static (int Forgotten, ImmutableArray<AddedReply> Added) AddedSince(
        ImmutableArray<RememberedReply> before, ImmutableArray<RememberedReply> after, DmaBuffer? buffer)
    {
        if (before == after)
        {
            return default;
        }

        // Replies are added at the end and forgotten at the front.
        var forgotten = 0;
        while (forgotten < before.Length && (after.IsEmpty || !ReferenceEquals(before[forgotten], after[0])))
        {
            forgotten++;
        }

        var kept = before.Length - forgotten;
        if (kept == after.Length)
        {
            return (forgotten, default);
        }

        var added = new AddedReply[after.Length - kept];
        for (var place = 0; place < added.Length; place++)
        {
            added[place] = AddedReply.Of(after[kept + place], buffer);
        }

        return (forgotten, ImmutableCollectionsMarshal.AsImmutableArray(added));
    }

    private static ImmutableArray<CallerReplies> With(ImmutableArray<CallerReplies> callers, in ReplyChanges changes, DmaBuffer? buffer)
    {
        if (changes is { CallersForgotten.IsDefault: true, Callers.IsDefault: true })
        {
            return callers;
        }

        var kept = callers.ToBuilder();
        foreach (var name in changes.CallersForgotten.IsDefault ? [] : changes.CallersForgotten)
        {
            Take(kept, name);
        }

        var changed = new List<CallerReplies>();
        foreach (var (name, forgotten, added) in changes.Callers.IsDefault ? [] : changes.Callers)
        {
            var known = Take(kept, name)?.Replies ?? [];
            changed.Add(new(name, With(known, forgotten, added, buffer)));
        }

        kept.AddRange(changed);
        return kept.ToImmutable();
    }

    private static CallerReplies? Take(ImmutableArray<CallerReplies>.Builder callers, string name)
    {
        for (var index = 0; index < callers.Count; index++)
        {
            if (callers[index].Caller == name)
            {
                var found = callers[index];
                callers.RemoveAt(index);
                return found;
            }
        }

        return null;
    }

    private static ImmutableArray<RememberedReply> With(
        ImmutableArray<RememberedReply> replies, int forgotten, ImmutableArray<AddedReply> added, DmaBuffer? buffer) =>
        forgotten == 0 && added.IsDefault
            ? replies
            : [.. replies.AsSpan()[forgotten..], .. added.IsDefault ? [] : added.Select(reply => reply.In(buffer))];
}
