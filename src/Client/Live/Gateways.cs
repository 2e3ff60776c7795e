using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DmaGrains.Client.Live;

/// <summary>The value of <c>--gateway</c>.</summary>
internal static class Gateways
{
    /// <summary>Reads HOST:PORT, or several separated by commas, and looks up host names.</summary>
    /// <exception cref="UsageException">One of them is not an address.</exception>
    /// <exception cref="NoReplyException">A name has no address.</exception>
    public static async Task<IPEndPoint[]> FindAsync(string text, CancellationToken cancellation)
    {
        var named = text.Split(',').Select(Parse).ToList();
        var found = new List<IPEndPoint>();
        foreach (var (host, port) in named)
        {
            found.AddRange((await AddressesOfAsync(host, cancellation)).Select(address => new IPEndPoint(address, port)));
        }

        return [.. found.Distinct()];
    }

    private static (string Host, ushort Port) Parse(string gateway)
    {
        var colon = gateway.LastIndexOf(':');
        return colon > 0
            && ushort.TryParse(gateway.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port != 0
            && Uri.CheckHostName(gateway[..colon].Trim('[', ']')) != UriHostNameType.Unknown
            ? (gateway[..colon], port)
            : throw new UsageException($"--gateway '{gateway}' is not an address: expected HOST:PORT, such as 127.0.0.1:30000.");
    }

    private static async Task<IPAddress[]> AddressesOfAsync(string host, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return [address];
        }

        // A silo listens on one address family: IPv4 unless told otherwise.
        if (host == "localhost")
        {
            return [IPAddress.Loopback];
        }

        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellation);
        }
        catch (SocketException trouble)
        {
            throw new NoReplyException(
                $"--gateway: the host '{host}' cannot be looked up ({trouble.Message}): expected a name that DNS or /etc/hosts knows, or an address.",
                trouble);
        }
    }
}
