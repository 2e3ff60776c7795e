using System.Collections.Immutable;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Buffers;

/// <summary>What a board holds under a buffer's name, and that nobody will give back.</summary>
public static class HeldInVain
{
    /// <summary>Null when all that is said to be held is held under a buffer's name.</summary>
    /// <returns>EINVAL naming Pages or Mappings (null), or Buffer (another buffer's).</returns>
    public static Refusal? Check(string buffer, ImmutableArray<AllocationToken> pages, ImmutableArray<MapToken> mappings)
    {
        if (pages.IsDefault || mappings.IsDefault)
        {
            return Refusal.Null(pages.IsDefault ? nameof(Pages) : nameof(Mappings));
        }

        foreach (var holder in pages.Select(token => token.Buffer).Concat(mappings.Select(token => token.Buffer)))
        {
            if (holder != buffer)
            {
                return holder is null
                    ? Refusal.Null(nameof(MapToken.Buffer))
                    : Refusal.Of(
                        Errno.EINVAL, nameof(MapToken.Buffer), $"What {ModelName.Quoted(holder)} holds is not held by {buffer}: expected its own only.");
            }
        }

        return null;
    }

    /// <summary>Pages of storage that a buffer has left, or that nobody has.</summary>
    /// <param name="buffer">The buffer, which owes nothing; null when there is none.</param>
    /// <param name="held">What is held under its name.</param>
    /// <returns>
    /// All of it when the buffer is gone; else what is older than its storage. Its own is its own, and the next one may be of a map or a
    /// move that was cut off and is taken over.
    /// </returns>
    public static ImmutableArray<AllocationToken> Pages(DmaBuffer? buffer, IEnumerable<AllocationToken> held) =>
        [.. held.Where(token => buffer is null or { IsGone: true } || token.Generation < buffer.Generation)];

    /// <summary>Mappings that a buffer does not have.</summary>
    /// <param name="buffer">As for <see cref="Pages"/>.</param>
    /// <param name="held">What is held under its name.</param>
    /// <returns>All of them when the buffer is gone; else those that are not live, but for the number that its next mapping takes over.</returns>
    public static ImmutableArray<MapToken> Mappings(DmaBuffer? buffer, IEnumerable<MapToken> held)
    {
        if (buffer is null or { IsGone: true })
        {
            return [.. held];
        }

        var living = buffer.Mappings.Select(mapping => mapping.HeldAs).ToHashSet();
        return [.. held.Where(token => token.Sequence < buffer.NextMapping && !living.Contains(token.Sequence))];
    }
}
