using System.Globalization;
using System.Net;
using DmaGrains.Interfaces;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace DmaGrains.Client.Live;

/// <summary>A way to grains: a running silo's gateway, or an embedded silo that starts with the shipped boards and no buffers.</summary>
internal sealed class Connection : IAsyncDisposable
{
    private static readonly TimeSpan _connectTimeout = TimeSpan.FromSeconds(10);

    private readonly IHost? _client;
    private readonly EmbeddedSilo? _silo;

    private Connection(IHost? client, EmbeddedSilo? silo)
    {
        _client = client;
        _silo = silo;
    }

    /// <summary>Where to get grains from.</summary>
    public IGrainFactory Grains => _silo?.Grains ?? _client!.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Whether what is done here ends with this process.</summary>
    public bool IsEmbedded => _silo is not null;

    /// <summary>Connects.</summary>
    /// <param name="gateway">HOST:PORT, or null for an embedded silo.</param>
    /// <param name="board">The board that the command is about: the embedded silo defines it when it is a shipped one.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="UsageException">The gateway is malformed, or nobody answers there.</exception>
    public static async Task<Connection> OpenAsync(string? gateway, string? board, CancellationToken cancellation)
    {
        if (gateway is not null)
        {
            return new(await ConnectAsync(gateway, cancellation), null);
        }

        var silo = await EmbeddedSilo.StartAsync(cancellation);
        if (board is not null && ShippedFiles.Board(board) is { } file)
        {
            await silo.Grains.GetBoard(board).DefineAsync(BoardFile.Read(file));
        }

        return new(null, silo);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_silo is not null)
        {
            await _silo.DisposeAsync();
        }

        if (_client is not null)
        {
            await _client.StopAsync();
            _client.Dispose();
        }
    }

    private static async Task<IHost> ConnectAsync(string gateway, CancellationToken cancellation)
    {
        var endpoint = EndpointOf(gateway);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering(endpoint);
            client.Configure<ClusterOptions>(cluster =>
            {
                cluster.ServiceId = SiloNames.ServiceId;
                cluster.ClusterId = SiloNames.ClusterId;
            });
        });
        var host = builder.Build();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(_connectTimeout);
        try
        {
            await host.StartAsync(patience.Token);
            return host;
        }
        catch (Exception problem) when (problem is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            host.Dispose();
            throw new UsageException(
                $"No silo answers at {gateway} within {_connectTimeout.TotalSeconds} seconds: expected the gateway of a running one (dotnet run --project src/Silo).");
        }
    }

    private static IPEndPoint EndpointOf(string gateway)
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
