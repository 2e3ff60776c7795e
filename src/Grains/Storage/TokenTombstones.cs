using System.Collections.Immutable;
using DmaGrains.Model;

namespace DmaGrains.Grains.Storage;

/// <summary>
/// Tokens that were given back a short while ago. A delayed request, or one from an outdated activation, must not take something under a
/// token that will not be given back again.
/// </summary>
/// <param name="time">The clock.</param>
/// <remarks>In memory: a new activation knows those that are still in its record.</remarks>
internal sealed class TokenTombstones<TToken>(TimeProvider time)
    where TToken : notnull
{
    private const int ToldMax = 32;

    // Messages expire long before that.
    private static readonly TimeSpan _kept = TimeSpan.FromMinutes(1);

    private readonly HashSet<TToken> _ended = [];
    private readonly Queue<(long Since, TToken Token)> _oldest = [];

    /// <summary>EINVAL naming Token when a token was given back; else null.</summary>
    /// <remarks>The only place that refuses late requests; the grains of memory and MMUs ask it before the model.</remarks>
    public Refusal? Check(TToken token) => _ended.Contains(token)
        ? Refusal.Of(Errno.EINVAL, "Token", $"{token} was given back; a request for it comes too late.")
        : null;

    /// <summary>The tokens to store in the record: only the last few, because it is written at each command.</summary>
    /// <param name="told">The tokens in the record now, oldest first.</param>
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
