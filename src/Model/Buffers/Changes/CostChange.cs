using Orleans;

namespace DmaGrains.Model.Buffers.Changes;

/// <summary>By how much the counters of <see cref="BufferCosts"/> have grown.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.cost-change")]
public readonly record struct CostChange(
    uint Migrations,
    ulong BytesCopied,
    ulong ListsBuilt,
    ulong CacheCleans,
    ulong CacheInvalidates,
    ulong CacheWorkSaved,
    ulong Bounces,
    ulong BytesBounced)
{
    /// <summary>The growth between two states.</summary>
    internal static CostChange Between(in BufferCosts before, in BufferCosts after) => unchecked(new(
        after.Migrations - before.Migrations,
        after.BytesCopied - before.BytesCopied,
        after.ListsBuilt - before.ListsBuilt,
        after.CacheCleans - before.CacheCleans,
        after.CacheInvalidates - before.CacheInvalidates,
        after.CacheWorkSaved - before.CacheWorkSaved,
        after.Bounces - before.Bounces,
        after.BytesBounced - before.BytesBounced));

    /// <summary>The counters after it.</summary>
    internal BufferCosts After(in BufferCosts before) => unchecked(new(
        before.Migrations + Migrations, before.BytesCopied + BytesCopied, before.ListsBuilt + ListsBuilt)
    {
        CacheCleans = before.CacheCleans + CacheCleans,
        CacheInvalidates = before.CacheInvalidates + CacheInvalidates,
        CacheWorkSaved = before.CacheWorkSaved + CacheWorkSaved,
        Bounces = before.Bounces + Bounces,
        BytesBounced = before.BytesBounced + BytesBounced,
    });
}
