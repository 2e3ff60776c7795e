using System.Globalization;
using System.Net;

namespace DmaGrains.Client.Live;

/// <summary>What <c>--gateway</c> says.</summary>
internal static class Gateways
{
    /// <summary>Reads HOST:PORT, or several with commas between.</summary>
    /// <exception cref="UsageException">One of them is no address.</exception>
    public static IPEndPoint[] Parse(string text) => [.. text.Split(',').Select(ParseOne)];

    private static IPEndPoint ParseOne(string gateway)
    {
        var colon = gateway.LastIndexOf(':');
        if (colon > 0
            && ushort.TryParse(gateway.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port != 0)
        {
            var host = gateway[..colon];
            if (host == "localhost")
            {
                return new(IPAddress.Loopback, port);
            }

            if (IPAddress.TryParse(host, out var address))
            {
                return new(address, port);
            }
        }

        throw new UsageException($"--gateway '{gateway}' is not an address: expected HOST:PORT, such as 127.0.0.1:30000.");
    }
}
