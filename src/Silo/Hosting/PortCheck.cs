using System.Net;
using System.Net.Sockets;
using DmaGrains.Silo.Settings;

namespace DmaGrains.Silo.Hosting;

/// <summary>Checks whether ports are free.</summary>
internal static class PortCheck
{
    /// <summary>Why a silo cannot listen on one of its ports; null when it can listen on all.</summary>
    public static string? WhyNot(SiloSettings settings) =>
        WhyNot(Setting.SiloPort, settings.Listen, settings.SiloPort)
        ?? WhyNot(Setting.GatewayPort, settings.Listen, settings.GatewayPort)
        ?? (settings.HealthPort is { } port ? WhyNot(Setting.HealthPort, IPAddress.Loopback, port) : null)
        ?? (settings.HttpPort is { } http ? WhyNot(Setting.HttpPort, settings.HttpListen ?? IPAddress.Loopback, http, Setting.HttpListen) : null);

    /// <summary>
    /// Orleans listens with SO_REUSEPORT: on Linux two silos would share the port unnoticed, and clients would reach either.
    /// </summary>
    private static string? WhyNot(Setting setting, IPAddress address, int port, Setting? listen = null)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return null;
        }
        catch (SocketException problem)
        {
            return problem.SocketErrorCode == SocketError.AddressNotAvailable
                ? $"{(listen ?? Setting.Listen).Name} '{address}' is not an address of this machine: expected one that is, or 0.0.0.0."
                : $"{setting.Name} {port} cannot be listened on ({problem.Message}): expected a free port.";
        }
    }
}
