using System.Collections.Immutable;
using System.Security.Cryptography;
using DmaGrains.Silo.Settings;
using Microsoft.Extensions.Logging;

namespace DmaGrains.Silo.Access;

/// <summary>The tokens that let callers in. Only their hashes are kept. Those of a file are read again when it changes.</summary>
internal sealed class TokenStore
{
    private readonly ImmutableArray<KnownToken> _given;
    private readonly WatchedFiles<ImmutableArray<KnownToken>>? _file;

    /// <summary>Reads the tokens of a silo.</summary>
    /// <param name="settings">Tell where they are.</param>
    /// <param name="time">The clock that tells when to look at the file again.</param>
    /// <param name="log">Is told when the file cannot be read any more; what was read last counts until it can.</param>
    /// <exception cref="FormatException">The file cannot be read.</exception>
    public TokenStore(SiloSettings settings, TimeProvider time, ILogger log)
    {
        AreNeeded = settings.HasTokens;
        _given =
        [
            .. settings.ReadToken is { } read ? [KnownToken.Of(read, Permission.Read)] : (KnownToken[])[],
            .. settings.ChangeToken is { } change ? [KnownToken.Of(change, Permission.Change)] : (KnownToken[])[],
        ];
        _file = settings.TokenFile is { } file ? new(Setting.TokenFile, [file], texts => TokenFile.Parse(texts[0]), time, log) : null;
    }

    /// <summary>Whether callers need a token. Without any, whoever reaches a port of this silo may change.</summary>
    public bool AreNeeded { get; }

    /// <summary>What the bearer of a token may do. It takes the same time whether or how much a token matches.</summary>
    /// <param name="token">The token; null for none.</param>
    public Permission PermissionOf(string? token)
    {
        if (!AreNeeded)
        {
            return Permission.Change;
        }

        if (token is null or { Length: > TokenFile.LengthMax })
        {
            return Permission.None;
        }

        var hash = KnownToken.HashOf(token);
        var permission = Permission.None;
        foreach (var known in _file is null ? _given : [.. _given, .. _file.Value])
        {
            // No early exit.
            permission = (Permission)Math.Max(
                (int)permission, CryptographicOperations.FixedTimeEquals(hash, known.Hash.AsSpan()) ? (int)known.Permission : 0);
        }

        return permission;
    }
}
