using System.Collections.Immutable;

namespace DmaGrains.Model.Translation;

/// <summary>The freed ranges of one size: two stacks, and a store of full ones. Immutable.</summary>
/// <param name="Loaded">The stack that is used.</param>
/// <param name="Previous">The stack that was used before.</param>
/// <param name="Stored">Full stacks, the newest last.</param>
internal sealed record IovaCache(ImmutableList<ulong> Loaded, ImmutableList<ulong> Previous, ImmutableList<ImmutableList<ulong>> Stored)
{
    /// <summary>Keeps nothing.</summary>
    public static IovaCache Empty { get; } = new([], [], []);

    /// <summary>What the two stacks have, each from its oldest range.</summary>
    public IEnumerable<ulong> Held => Loaded.Concat(Previous);

    /// <summary>The stacks that have something, with their places in <see cref="IovaMagazine"/>.</summary>
    public IEnumerable<(int Place, ImmutableList<ulong> Firsts)> Stacks =>
        Stored.Insert(0, Previous).Insert(0, Loaded).Select((stack, place) => (place, stack)).Where(stack => !stack.stack.IsEmpty);

    /// <summary>Restores stored stacks of one order.</summary>
    public static IovaCache Restore(IEnumerable<IovaMagazine> stacks)
    {
        var byPlace = stacks.ToDictionary(stack => stack.Place, stack => stack.Firsts.ToImmutableList());
        return new(
            byPlace.GetValueOrDefault(0, []), byPlace.GetValueOrDefault(1, []),
            [.. byPlace.Where(stack => stack.Key > 1).OrderBy(stack => stack.Key).Select(stack => stack.Value)]);
    }

    /// <summary>Keeps a range.</summary>
    public IovaCache Push(ulong first)
    {
        if (Loaded.Count < IovaCaches.StackMax)
        {
            return this with { Loaded = Loaded.Add(first) };
        }

        return Previous.Count < IovaCaches.StackMax
            ? this with { Loaded = Previous.Add(first), Previous = Loaded }
            : this with { Loaded = [first], Stored = Stored.Add(Loaded) };
    }

    /// <summary>Takes the newest range of one stack that begins at or below <paramref name="last"/>; the newest one moves to its place.</summary>
    public (IovaCache Next, ulong? First) Take(ulong last)
    {
        var cache = this;
        if (Loaded.IsEmpty && !Previous.IsEmpty)
        {
            cache = this with { Loaded = Previous, Previous = Loaded };
        }
        else if (Loaded.IsEmpty && !Stored.IsEmpty)
        {
            cache = this with { Loaded = Stored[^1], Stored = Stored.RemoveAt(Stored.Count - 1) };
        }

        var place = cache.Loaded.FindLastIndex(first => first <= last);
        if (place < 0)
        {
            return (cache, null);
        }

        var taken = cache.Loaded[place];
        return (cache with { Loaded = cache.Loaded.SetItem(place, cache.Loaded[^1]).RemoveAt(cache.Loaded.Count - 1) }, taken);
    }
}
