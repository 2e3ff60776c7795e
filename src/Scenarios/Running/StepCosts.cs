using DmaGrains.Model.Buffers;

namespace DmaGrains.Scenarios.Running;

/// <summary>Arithmetic on what buffers cost.</summary>
internal static class StepCosts
{
    /// <summary>The increase of a buffer's costs.</summary>
    public static BufferCosts Since(this BufferCosts now, BufferCosts before) =>
        new(now.Migrations - before.Migrations, now.BytesCopied - before.BytesCopied, now.ListsBuilt - before.ListsBuilt)
        {
            CacheCleans = now.CacheCleans - before.CacheCleans,
            CacheInvalidates = now.CacheInvalidates - before.CacheInvalidates,
            CacheWorkSaved = now.CacheWorkSaved - before.CacheWorkSaved,
            Bounces = now.Bounces - before.Bounces,
            BytesBounced = now.BytesBounced - before.BytesBounced,
        };

    /// <summary>The sum of two buffers' costs.</summary>
    public static BufferCosts And(this BufferCosts one, BufferCosts other) =>
        new(one.Migrations + other.Migrations, one.BytesCopied + other.BytesCopied, one.ListsBuilt + other.ListsBuilt)
        {
            CacheCleans = one.CacheCleans + other.CacheCleans,
            CacheInvalidates = one.CacheInvalidates + other.CacheInvalidates,
            CacheWorkSaved = one.CacheWorkSaved + other.CacheWorkSaved,
            Bounces = one.Bounces + other.Bounces,
            BytesBounced = one.BytesBounced + other.BytesBounced,
        };
}
