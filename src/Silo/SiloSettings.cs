using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace DmaGrains.Silo;

/// <summary>How a silo is hosted. Settings come from appsettings.json, environment (DMAGRAINS_…) and command line, in that order.</summary>
/// <param name="Storage">Where grain state is kept.</param>
/// <param name="SiloPort">TCP port for other silos, on loopback; 1 to 65535.</param>
/// <param name="GatewayPort">TCP port for clients, on loopback; 1 to 65535.</param>
public sealed record SiloSettings(StorageProvider Storage, int SiloPort, int GatewayPort)
{
    /// <summary>Orleans' usual port for other silos.</summary>
    public const int DefaultSiloPort = 11111;

    /// <summary>Orleans' usual port for clients.</summary>
    public const int DefaultGatewayPort = 30000;

    /// <summary>In memory, on the usual ports.</summary>
    public static SiloSettings Default { get; } = new(StorageProvider.Memory, DefaultSiloPort, DefaultGatewayPort);

    /// <summary>Reads <c>storage</c>, <c>silo-port</c> and <c>gateway-port</c>.</summary>
    /// <exception cref="FormatException">A value is malformed; the message names it and says what was expected.</exception>
    public static SiloSettings Read(IConfiguration configuration)
    {
        var settings = new SiloSettings(
            ReadStorage(configuration["storage"]),
            ReadPort(configuration, "silo-port", DefaultSiloPort),
            ReadPort(configuration, "gateway-port", DefaultGatewayPort));
        return settings.SiloPort != settings.GatewayPort
            ? settings
            : throw new FormatException($"silo-port and gateway-port are both {settings.SiloPort}: expected two ports.");
    }

    private static StorageProvider ReadStorage(string? value) => value switch
    {
        null or "memory" => StorageProvider.Memory,
        _ => throw new FormatException($"storage '{value}' is not known: expected memory."),
    };

    private static int ReadPort(IConfiguration configuration, string name, int otherwise)
    {
        if (configuration[name] is not { } value)
        {
            return otherwise;
        }

        return ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port != 0
            ? port
            : throw new FormatException($"{name} '{value}' is not a port: expected 1 to 65535.");
    }
}
