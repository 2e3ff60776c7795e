using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DmaGrains.Interfaces;

namespace DmaGrains.ClusterClient;

/// <summary>The address at which a silo accepts clients.</summary>
/// <param name="Host">A name or an address; an IPv6 address is in brackets.</param>
/// <param name="Port">A TCP port, 1 to 65535.</param>
public readonly record struct Gateway(string Host, ushort Port)
{
    /// <summary>The expected form, for messages.</summary>
    public const string Expected = "HOST:PORT, such as 127.0.0.1:30000";

    /// <summary>Parses <c>HOST:PORT</c>; false when malformed.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Gateway gateway)
    {
        gateway = default;
        if (text is null || text.LastIndexOf(':') is not (> 0 and var colon)
            || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0
            || Uri.CheckHostName(text[..colon].Trim('[', ']')) == UriHostNameType.Unknown)
        {
            return false;
        }

        gateway = new(text[..colon], port);
        return true;
    }

    /// <summary>The host of a gateway that was checked before.</summary>
    internal static string HostOf(string text) => TryParse(text, out var gateway) ? gateway.Host : string.Empty;

    /// <summary>HOST:PORT.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    /// <summary>Its IP addresses, of which a host's name may have several.</summary>
    /// <exception cref="NoReplyException">The name cannot be looked up.</exception>
    internal async Task<IEnumerable<IPEndPoint>> FindAsync(CancellationToken cancellation)
    {
        var port = Port;
        return (await AddressesAsync(cancellation)).Select(address => new IPEndPoint(address, port));
    }

    private async Task<IPAddress[]> AddressesAsync(CancellationToken cancellation)
    {
        if (IPAddress.TryParse(Host, out var address))
        {
            return [address];
        }

        // A silo listens on one address family: IPv4 unless told otherwise.
        if (Host == "localhost")
        {
            return [IPAddress.Loopback];
        }

        try
        {
            return await Dns.GetHostAddressesAsync(Host, cancellation);
        }
        catch (SocketException trouble)
        {
            throw new NoReplyException(
                $"Gateway {this}: the host '{Host}' cannot be looked up ({trouble.Message}): expected a name that DNS or /etc/hosts knows, or an address.",
                trouble);
        }
    }
}
