using System.Diagnostics;
using DmaGrains.Client.Live;
using DmaGrains.Interfaces;
using DmaGrains.Tests.Shared.Ports;

namespace DmaGrains.Silo.Tests.Machines;

/// <summary>The server in a process of its own, on ports of its own.</summary>
internal sealed class SiloProcess : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private readonly (string Name, string Value)[] _environment;
    private readonly string[] _args;

    private SiloProcess(string program, (string Name, string Value)[] environment, string[] args, string gateway)
    {
        (_environment, _args, Gateway) = (environment, args, gateway);

        // A process that ignores SIGXFSZ gets an error from a file that may not grow; to others it is the end.
        Process = ChildProcess.Start("sh", ["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", program, .. args], environment);
    }

    /// <summary>The process.</summary>
    public ChildProcess Process { get; }

    /// <summary>Where clients reach it.</summary>
    public string Gateway { get; }

    /// <summary>The server's program.</summary>
    public static string Program => Path.Combine(AppContext.BaseDirectory, "DmaGrains.Silo");

    /// <summary>Starts one, and does not wait until it is ready.</summary>
    /// <param name="environment">Its settings.</param>
    /// <param name="args">More of them.</param>
    public static SiloProcess Start(IEnumerable<(string Name, string Value)> environment, params string[] args) => Start(Program, environment, args);

    /// <summary>Starts another build's, and does not wait until it is ready. It is this build's when it is started again.</summary>
    /// <param name="program">The other build's program.</param>
    /// <param name="environment">Its settings.</param>
    /// <param name="args">More of them.</param>
    public static SiloProcess Start(string program, IEnumerable<(string Name, string Value)> environment, params string[] args)
    {
        var gateway = FreePort.Next();
        string[] ports = ["--silo-port", $"{FreePort.Next()}", "--gateway-port", $"{gateway}"];
        return new(program, [.. environment], [.. ports, .. args], $"127.0.0.1:{gateway}");
    }

    /// <summary>Another one with its settings and on its ports, now that it has ended.</summary>
    public SiloProcess StartAgain() => StartAgain(_environment);

    /// <summary>Another one with other settings and on its ports, now that it has ended.</summary>
    public SiloProcess StartAgain(IEnumerable<(string Name, string Value)> environment) => new(Program, [.. environment], _args, Gateway);

    /// <summary>Starts one and waits until it is ready.</summary>
    public static async Task<SiloProcess> StartReadyAsync(
        IEnumerable<(string Name, string Value)> environment, params string[] args)
    {
        var silo = Start(environment, args);
        await silo.ReadyAsync();
        return silo;
    }

    /// <summary>Completes when it is ready.</summary>
    public Task ReadyAsync() => Process.SaysAsync("ready on");

    /// <summary>Connects to it as the client does.</summary>
    public Task<Connection> ConnectAsync() => ConnectAsync(Gateway);

    /// <summary>Connects to gateways as the client does.</summary>
    public static Task<Connection> ConnectAsync(string gateways) =>
        Connection.OpenAsync(gateways, GatewayAccess.OfEnvironment(), null, null, TestContext.Current.CancellationToken);

    /// <summary>Connects to gateways as the client does, as often as it takes: on a busy machine a client may give up first.</summary>
    public static async Task<Connection> ConnectInTimeAsync(string gateways)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await ConnectAsync(gateways);
            }
            catch (NoReplyException) when (Stopwatch.GetElapsedTime(start) < _patience)
            {
                // Once more.
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Process.Dispose();
}
