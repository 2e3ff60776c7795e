using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;

namespace DmaGrains.Silo.Settings;

/// <summary>Reads values of settings; a malformed one is a <see cref="FormatException"/> that names setting, value and what was expected.</summary>
internal sealed class SettingReader(IConfiguration configuration)
{
    /// <summary>A text, or null; an empty one counts as not given.</summary>
    public string? Text(Setting setting) => configuration[setting.Name] is { Length: > 0 } value ? value : null;

    /// <summary>One of some words, or null.</summary>
    public T? Word<T>(Setting setting, IReadOnlyDictionary<string, T> words)
        where T : struct =>
        Text(setting) is not { } value ? null
        : words.TryGetValue(value, out var meant) ? meant
        : throw Malformed(setting, value, "is not known");

    /// <summary>A port, 1 to 65535, or null.</summary>
    public int? Port(Setting setting) =>
        Text(setting) is not { } value ? null
        : ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port != 0 ? port
        : throw Malformed(setting, value, "is not a port");

    /// <summary>An address, or null.</summary>
    public IPAddress? Address(Setting setting) =>
        Text(setting) is not { } value ? null
        : IPAddress.TryParse(value, out var address) ? address
        : throw Malformed(setting, value, "is not an address");

    private static FormatException Malformed(Setting setting, string value, string what) =>
        new($"{setting.Name} {(MayBeSecret(value) ? "has a value that is not repeated here (it may hold a password) and" : $"'{value}'")} {what}: expected {setting.Expected}.");

    /// <summary>A connection string in the wrong place.</summary>
    private static bool MayBeSecret(string value) => value.AsSpan().ContainsAny("@=;/");
}
