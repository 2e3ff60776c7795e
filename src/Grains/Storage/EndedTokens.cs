using System.Collections.Immutable;

namespace DmaGrains.Grains.Storage;

/// <summary>
/// Tokens that were given back a short while ago. A request that was on its way for long, or that came from an activation that was left
/// behind, must not take something under a token that nobody will give back again.
/// </summary>
/// <param name="time">The clock.</param>
/// <remarks>In memory: who activates anew knows those that its record still tells of.</remarks>
internal sealed class EndedTokens<TToken>(TimeProvider time)
    where TToken : notnull
{
    private const int ToldMax = 32;

    // Messages expire long before.
    private static readonly TimeSpan _kept = TimeSpan.FromMinutes(1);

    private readonly HashSet<TToken> _ended = [];
    private readonly Queue<(long Since, TToken Token)> _oldest = [];

    /// <summary>Whether a token was given back.</summary>
    public bool Has(TToken token) => _ended.Contains(token);

    /// <summary>What a record is to tell of them: the last few, for it is written at each command.</summary>
    /// <param name="told">What it tells now, oldest first.</param>
    /// <param name="ended">Tokens that are given back with this command.</param>
    public static ImmutableArray<TToken> Told(ImmutableArray<TToken> told, IEnumerable<TToken> ended) =>
        [.. told.Concat(ended).TakeLast(ToldMax)];

    /// <summary>Notes that tokens were given back.</summary>
    public void Add(ImmutableArray<TToken> tokens)
    {
        foreach (var token in tokens)
        {
            Add(token);
        }
    }

    private void Add(TToken token)
    {
        while (_oldest.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Since) > _kept)
        {
            _ended.Remove(_oldest.Dequeue().Token);
        }

        if (_ended.Add(token))
        {
            _oldest.Enqueue((time.GetTimestamp(), token));
        }
    }
}
