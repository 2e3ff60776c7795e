using System.Globalization;

namespace DmaGrains.Grains.Boards.Names;

/// <summary>The keys of the buckets of names.</summary>
internal static class NameBucketKeys
{
    private const string Prefix = "names:";

    /// <summary>A bucket of a board's names.</summary>
    public static INameBucketGrain GetNameBucket(this IGrainFactory grains, string board, uint number) =>
        grains.GetGrain<INameBucketGrain>(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{board}/{number}"));

    /// <summary>The board and the number in a key.</summary>
    public static (string Board, uint Number) PartsOf(string key)
    {
        var slash = key.LastIndexOf('/');
        return (key[Prefix.Length..slash], uint.Parse(key.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
