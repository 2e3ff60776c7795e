using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace DmaGrains.Tests.Shared.Ports;

/// <summary>TCP ports of loopback for servers that tests start, and start again.</summary>
internal static class FreePort
{
    // Below those that Linux gives to connections (ip_local_port_range), which would take a port while its server is away.
    private const int First = 10_000;
    private const int End = 32_768;

    private static readonly ConcurrentDictionary<int, bool> _given = [];

    /// <summary>A port on which nobody listens, and that nobody in this process was given before.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, End);
            if (_given.TryAdd(port, true) && IsFree(port))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
