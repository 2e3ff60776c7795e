using System.Net;
using System.Net.Sockets;

namespace DmaGrains.Silo;

/// <summary>Looks whether a port can be listened on.</summary>
internal static class LoopbackPort
{
    /// <summary>Why a port cannot be listened on; null when it can.</summary>
    /// <param name="setting">What messages call it.</param>
    /// <param name="port">1 to 65535.</param>
    /// <remarks>
    /// Orleans listens with SO_REUSEPORT: on Linux two silos would share the port unnoticed, and clients would reach either.
    /// </remarks>
    public static string? WhyNot(string setting, int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return null;
        }
        catch (SocketException problem)
        {
            return $"{setting} {port} cannot be listened on ({problem.Message}): expected a free port.";
        }
    }
}
