using System.Globalization;
using DmaGrains.Tests.Shared.Ports;

namespace DmaGrains.Client.Tests;

/// <summary>A running silo on ports of its own.</summary>
public sealed class SiloProcess : IAsyncLifetime
{
    private ProgramProcess? _silo;

    /// <summary>Its port for other silos.</summary>
    internal string SiloPort { get; private set; } = string.Empty;

    /// <summary>Its port for clients.</summary>
    internal string GatewayPort { get; private set; } = string.Empty;

    /// <summary>The process.</summary>
    internal ProgramProcess Process => _silo!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        (SiloPort, GatewayPort) = FreePorts();
        _silo = ProgramProcess.Start("DmaGrains.Silo", "--silo-port", SiloPort, "--gateway-port", GatewayPort);
        await _silo.ReadUntilAsync("ready");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _silo?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Two ports that nobody listens on.</summary>
    internal static (string First, string Second) FreePorts() => (PortText(), PortText());

    /// <summary>Carries out a command line of the client on this silo.</summary>
    internal Task<Answer> ClientAsync(string line) => ProgramProcess.ClientAsync(ArgumentsOf(line));

    /// <summary>A command line of the client on this silo.</summary>
    internal string[] ArgumentsOf(string line) => [.. line.Split(' '), "--gateway", $"127.0.0.1:{GatewayPort}"];

    private static string PortText() => FreePort.Next().ToString(CultureInfo.InvariantCulture);
}
