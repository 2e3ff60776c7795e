using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace DmaGrains.Silo.Access;

/// <summary>A token as the silo keeps it: its hash, and what it lets its bearer do.</summary>
internal readonly record struct KnownToken(ImmutableArray<byte> Hash, Permission Permission)
{
    /// <summary>A token with what it permits.</summary>
    public static KnownToken Of(string token, Permission permission) => new([.. HashOf(token)], permission);

    /// <summary>The hash of a token. Tokens are random, so a plain hash cannot be reversed by guessing.</summary>
    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

/// <summary>Reads a file of tokens: each line is <c>read TOKEN</c> or <c>change TOKEN</c>, is empty, or starts with #.</summary>
internal static class TokenFile
{
    /// <summary>The shortest token, in characters.</summary>
    public const int LengthMin = 16;

    /// <summary>The longest token, in characters.</summary>
    public const int LengthMax = 256;

    /// <summary>The most tokens of a file.</summary>
    public const int CountMax = 100;

    // Those of RFC 6750.
    private static readonly SearchValues<char> _allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=");

    /// <summary>Whether a text can be a token.</summary>
    public static bool IsToken(string text) => text.Length is >= LengthMin and <= LengthMax && !text.AsSpan().ContainsAnyExcept(_allowed);

    /// <summary>Reads the tokens.</summary>
    /// <exception cref="FormatException">A line is something else; the message names its number and repeats nothing of it.</exception>
    public static ImmutableArray<KnownToken> Parse(string text)
    {
        var tokens = ImmutableArray.CreateBuilder<KnownToken>();
        foreach (var (index, line) in text.Split('\n').Index())
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0].StartsWith('#'))
            {
                continue;
            }

            if (words is not ["read" or "change", var token] || !IsToken(token))
            {
                throw new FormatException(
                    $"line {index + 1} is not a token: expected 'read TOKEN' or 'change TOKEN', the token {LengthMin} to {LengthMax} of a-z, A-Z, 0-9 and -._~+/=.");
            }

            tokens.Add(KnownToken.Of(token, words[0] == "read" ? Permission.Read : Permission.Change));
        }

        return tokens.Count <= CountMax
            ? tokens.ToImmutable()
            : throw new FormatException($"there are {tokens.Count} tokens: expected at most {CountMax}.");
    }
}
