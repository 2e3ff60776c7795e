using System.Collections.Immutable;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Buffers;

/// <summary>Finds what a board holds under a buffer's name although no buffer uses or owes it.</summary>
public static class HeldInVain
{
    /// <summary>Checks that there can be a buffer of this name, and that all tokens are of it; null when they are.</summary>
    /// <returns>ENOENT for what is not a name, EINVAL naming Pages or Mappings (null), or Buffer (another buffer's).</returns>
    public static Refusal? Check(string buffer, ImmutableArray<AllocationToken> pages, ImmutableArray<MapToken> mappings)
    {
        if (!ModelName.IsValid(buffer))
        {
            return BufferExports.NoBuffer(buffer);
        }

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

    /// <summary>The allocations that no buffer uses any more.</summary>
    /// <param name="buffer">The buffer, which owes nothing; null when there is none.</param>
    /// <param name="held">What the board holds under its name.</param>
    /// <returns>
    /// All of them when the buffer is gone; else those older than its storage. The next generation may belong to an interrupted map or move
    /// that will be resumed.
    /// </returns>
    /// <remarks>The only place that decides this.</remarks>
    public static ImmutableArray<AllocationToken> Pages(DmaBuffer? buffer, IEnumerable<AllocationToken> held) =>
        [.. held.Where(token => buffer is null or { IsReleasedByAll: true } || token.Generation < buffer.Generation)];

    /// <summary>The mappings that a buffer does not have.</summary>
    /// <param name="buffer">As for <see cref="Pages"/>.</param>
    /// <param name="held">What the board holds under its name.</param>
    /// <returns>
    /// All of them when the buffer is gone; else those below the next mapping's number that are not live. The next number may belong to an
    /// interrupted map that will be resumed.
    /// </returns>
    /// <remarks>The only place that decides this.</remarks>
    public static ImmutableArray<MapToken> Mappings(DmaBuffer? buffer, IEnumerable<MapToken> held)
    {
        if (buffer is null or { IsReleasedByAll: true })
        {
            return [.. held];
        }

        var living = buffer.Mappings.Select(mapping => mapping.HeldAs).ToHashSet();
        return [.. held.Where(token => token.Sequence < buffer.NextMapping && !living.Contains(token.Sequence))];
    }
}
