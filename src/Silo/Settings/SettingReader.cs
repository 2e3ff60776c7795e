using System.Globalization;
using System.Net;
using DmaGrains.Model;
using DmaGrains.Silo.Access;

namespace DmaGrains.Silo.Settings;

/// <summary>
/// Reads values of settings. A malformed value gives a fault that names setting, value, origin and what was expected. .NET's binder is not
/// used, because it accepts numbers and lists as enumeration names and hexadecimal ports, does not know addresses, and repeats values that
/// may be secret.
/// </summary>
internal sealed class SettingReader(SettingSources sources)
{
    private readonly List<string> _faults = [];

    /// <summary>The faults found so far.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>A text, or null; an empty one counts as not given.</summary>
    public string? Text(Setting setting) => sources.Values[setting.Name] is { Length: > 0 } value ? value : null;

    /// <summary>One of some words, or null.</summary>
    public T? Word<T>(Setting setting, IReadOnlyDictionary<string, T> words)
        where T : struct =>
        Text(setting) is not { } value ? null
        : words.TryGetValue(value, out var meant) ? meant
        : Malformed<T>(setting, value, "is not known");

    /// <summary>A port, 1 to 65535, or null.</summary>
    public int? Port(Setting setting) =>
        Text(setting) is not { } value ? null
        : ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port != 0 ? port
        : Malformed<int>(setting, value, "is not a port");

    /// <summary>A number from 1, or null.</summary>
    public int? Number(Setting setting, int most) =>
        Text(setting) is not { } value ? null
        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number
        : Malformed<int>(setting, value, "is not a number in range");

    /// <summary>A token, or null.</summary>
    public string? Token(Setting setting)
    {
        if (Text(setting) is { } value && !TokenFile.IsToken(value))
        {
            _faults.Add($"{setting.Name} from {sources.OriginOf(setting)} is not a token: expected {setting.Expected}.");
        }

        return Text(setting);
    }

    /// <summary>An address, or null.</summary>
    public IPAddress? Address(Setting setting)
    {
        IPAddress? address = null;
        if (Text(setting) is { } value && !IPAddress.TryParse(value, out address))
        {
            Malformed<int>(setting, value, "is not an address");
        }

        return address;
    }

    /// <summary>The root of a server, or null.</summary>
    public Uri? Server(Setting setting) =>
        Text(setting) is not { } value ? null
        : Uri.TryCreate(value, UriKind.Absolute, out var server) && (server.Scheme == Uri.UriSchemeHttp || server.Scheme == Uri.UriSchemeHttps)
            && server is { UserInfo: "", PathAndQuery: "/", Fragment: "" } ? server
        : NoServer(setting, value);

    private Uri? NoServer(Setting setting, string value)
    {
        Malformed<int>(setting, value, "is not the address of a server");
        return null;
    }

    private T? Malformed<T>(Setting setting, string value, string what)
        where T : struct
    {
        var origin = sources.OriginOf(setting);
        _faults.Add(MayBeSecret(value)
            ? $"{setting.Name} from {origin} has a value that is not repeated here (it may hold a secret) and {what}: expected {setting.Expected}."
            : $"{setting.Name} '{HarmlessText.Of(value)}' from {origin} {what}: expected {setting.Expected}.");
        return null;
    }

    /// <summary>Whether a value may be a connection string or a token in the wrong place.</summary>
    private static bool MayBeSecret(string value) => value.AsSpan().ContainsAny("@=;/") || TokenFile.IsToken(value);
}
