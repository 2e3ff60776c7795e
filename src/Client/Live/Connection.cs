using DmaGrains.Interfaces;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;
using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Messaging;

namespace DmaGrains.Client.Live;

/// <summary>
/// A connection to grains: through the gateways of a running cluster, or to an embedded silo, which knows the shipped boards and, unless
/// it has a file, starts without buffers.
/// </summary>
internal sealed class Connection : IAsyncDisposable
{
    private static readonly TimeSpan _connectTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan _gatewayPatience = TimeSpan.FromMilliseconds(500);

    private readonly IHost? _client;
    private readonly EmbeddedSilo? _silo;
    private readonly HashSet<string> _shipped = [];

    private Connection(IHost? client, EmbeddedSilo? silo, bool endsHere)
    {
        _client = client;
        _silo = silo;
        IsEmbedded = endsHere;
    }

    /// <summary>Gives grains.</summary>
    public IGrainFactory Grains => _silo?.Grains ?? _client!.Services.GetRequiredService<IGrainFactory>();

    /// <summary>How often a call was sent again because there was no reply.</summary>
    public ulong SentAgain => _client?.Services.GetRequiredService<Resending>().Count ?? 0;

    /// <summary>Whether the state ends with this process.</summary>
    public bool IsEmbedded { get; }

    /// <summary>Connects.</summary>
    /// <param name="gateway">HOST:PORT, or several separated by commas; null for an embedded silo.</param>
    /// <param name="data">The embedded silo's file; null keeps the state in memory.</param>
    /// <param name="board">The board that the command is about; the embedded silo defines it if it is a shipped one.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="UsageException">The gateway is malformed, or the file cannot be used.</exception>
    /// <exception cref="NoReplyException">No silo answers.</exception>
    public static async Task<Connection> OpenAsync(
        string? gateway, string? data, string? board, CancellationToken cancellation)
    {
        if (gateway is not null)
        {
            return data is null
                ? new(await ConnectAsync(gateway, cancellation), null, endsHere: false)
                : throw new UsageException("--data and --gateway are both given: expected one of them, a file or a running silo.");
        }

        var opened = new Connection(null, await EmbedAsync(data, cancellation), endsHere: data is null);
        await opened.DefineShippedAsync(board, cancellation);
        return opened;
    }

    /// <summary>Makes a shipped board known to an embedded silo, when a command first needs it.</summary>
    /// <param name="board">The board that the command is about, or null.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task DefineShippedAsync(string? board, CancellationToken cancellation)
    {
        if (_silo is not null && board is not null && _shipped.Add(board) && ShippedFiles.Board(board) is { } file)
        {
            await _silo.Grains.GetBoard(board).DefineAsync(BoardFile.Read(file), cancellation);
        }
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

    private static async Task<EmbeddedSilo> EmbedAsync(string? data, CancellationToken cancellation)
    {
        try
        {
            return data is null
                ? await EmbeddedSilo.StartAsync(cancellation)
                : await EmbeddedSilo.StartAsync(data, cancellation);
        }
        catch (StorageException problem)
        {
            throw new UsageException($"--data: {problem.Message}");
        }
    }

    /// <summary>
    /// Connects through one gateway. They are tried in random order; because one that hangs accepts a connection and then says nothing,
    /// the next one is tried in parallel a little later. The first to answer is taken; from then on the client uses the others, too.
    /// </summary>
    private static async Task<IHost> ConnectAsync(string gateway, CancellationToken cancellation)
    {
        var named = await Gateways.FindAsync(gateway, cancellation);
        var order = named.ToArray();
        Random.Shared.Shuffle(order);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(_connectTimeout);
        List<Task<IHost>> trying = [];
        try
        {
            for (var next = 0; next < order.Length || trying.Count > 0;)
            {
                if (next < order.Length)
                {
                    trying.Add(StartAsync(new(named, order[next++]), gateway, cancellation, patience.Token));
                }

                var pause = Task.Delay(next < order.Length ? _gatewayPatience : Timeout.InfiniteTimeSpan, patience.Token);
                var first = await Task.WhenAny([pause, .. trying]);
                if (first is Task<IHost> attempt)
                {
                    trying.Remove(attempt);
                    if (attempt.IsCompletedSuccessfully)
                    {
                        return await attempt;
                    }
                }
                else
                {
                    patience.Token.ThrowIfCancellationRequested();
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Reported below.
        }
        finally
        {
            await patience.CancelAsync();
            trying.ForEach(late => late.ContinueWith(
                started => started.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default));
        }

        cancellation.ThrowIfCancellationRequested();
        throw new NoReplyException(
            $"No silo answers at {gateway} within {_connectTimeout.TotalSeconds} seconds: expected the gateway of a running silo.");
    }

    private static async Task<IHost> StartAsync(
        LivingGateways living, string gateway, CancellationToken cancellation, CancellationToken patience)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.UseOrleansClient(client =>
        {
            client.Services.AddSingleton<IGatewayListProvider>(living);
            client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = LivingGateways.RefreshPeriod);
            client.Configure<ClusterOptions>(cluster =>
            {
                cluster.ServiceId = SiloNames.ServiceId;
                cluster.ClusterId = SiloNames.ClusterId;
            });
            client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = Liveness.ResponseTimeout);

            // Also how soon a client asks a silo again that is still starting.
            client.Configure<TypeManagementOptions>(types => types.TypeMapRefreshInterval = _gatewayPatience);
            var resending = new Resending(gateway, cancellation);
            client.Services.AddSingleton(resending);
            client.AddOutgoingGrainCallFilter(resending);
            KnownTypes.AddTo(client);
        });
        var host = builder.Build();
        try
        {
            await host.StartAsync(patience);
            await KnownTypes.ComeAsync(host.Services, patience);
            living.Started(host.Services.GetRequiredService<IGrainFactory>());
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }
}
