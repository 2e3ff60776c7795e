using DmaGrains.Interfaces;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;
using Orleans.Messaging;

namespace DmaGrains.ClusterClient;

/// <summary>
/// A client of a running cluster. Programs with a host use <see cref="DmaGrainsClientHosting"/> instead, which connects when the host starts.
/// </summary>
/// <remarks>
/// Calls to grains of DmaGrains that get no reply are sent again under the same id; without a reply after that, they throw
/// <see cref="NoReplyException"/>. Refusals are values and are never sent again.
/// </remarks>
public sealed class DmaGrainsClient : IAsyncDisposable
{
    private static readonly TimeSpan _typesAskedAgain = TimeSpan.FromMilliseconds(500);

    private readonly ServiceProvider _services;
    private readonly CancellationTokenSource _ending;

    private DmaGrainsClient(ServiceProvider services, CancellationTokenSource ending) => (_services, _ending) = (services, ending);

    /// <summary>Gives grains.</summary>
    public IClusterClient Grains => _services.GetRequiredService<IClusterClient>();

    /// <summary>The number of calls sent again because there was no reply.</summary>
    public ulong SentAgain => _services.GetRequiredService<Resending>().Count;

    /// <summary>Connects to a cluster.</summary>
    /// <param name="options">The options.</param>
    /// <param name="connecting">Cancels connecting.</param>
    /// <param name="waiting">Stops waiting for replies afterwards; a command that was sent may still happen.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Options are invalid; the exception lists all of them.</exception>
    /// <exception cref="NoReplyException">No silo answers.</exception>
    /// <exception cref="GatewayRefusedException">A silo answers and does not let the client in.</exception>
    public static Task<DmaGrainsClient> ConnectAsync(
        DmaGrainsClientOptions options, CancellationToken connecting = default, CancellationToken waiting = default) =>
        ConnectAsync(options, null, connecting, waiting);

    /// <summary>Disconnects. Calls that wait for a reply end; their commands may still be carried out.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        foreach (var hosted in _services.GetServices<IHostedService>())
        {
            await hosted.StopAsync(CancellationToken.None);
        }

        await _services.DisposeAsync();
        _ending.Dispose();
    }

    /// <summary>The same, with a log.</summary>
    internal static Task<DmaGrainsClient> ConnectAsync(
        DmaGrainsClientOptions options, ILoggerFactory? logs, CancellationToken connecting, CancellationToken waiting)
    {
        ArgumentNullException.ThrowIfNull(options);
        DmaGrainsClientOptionsValidator.Check(options);
        return new Connecting(options, (living, patience) => StartAsync(options, living, logs, patience, waiting)).RunAsync(connecting);
    }

    private static async Task<DmaGrainsClient> StartAsync(
        DmaGrainsClientOptions options, LivingGateways living, ILoggerFactory? logs, CancellationToken patience, CancellationToken waiting)
    {
        var ending = CancellationTokenSource.CreateLinkedTokenSource(waiting);
        var greeting = new Greeting(options);
        var client = new DmaGrainsClient(ServicesOf(options, living, greeting, logs, ending.Token), ending);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(patience);
        try
        {
            // Orleans' client would try again and again.
            var starting = client.StartAsync(giveUp.Token);
            if (await Task.WhenAny(starting, greeting.Refused) == greeting.Refused)
            {
                await giveUp.CancelAsync();
                await starting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw await greeting.Refused;
            }

            await starting;
            living.Started(client.Grains);
            return client;
        }
        catch
        {
            await client._services.DisposeAsync();
            ending.Dispose();
            throw;
        }
    }

    private async Task StartAsync(CancellationToken patience)
    {
        foreach (var hosted in _services.GetServices<IHostedService>())
        {
            await hosted.StartAsync(patience);
        }

        await KnownTypes.ComeAsync(_services, patience);
    }

    private static ServiceProvider ServicesOf(
        DmaGrainsClientOptions options, LivingGateways living, Greeting greeting, ILoggerFactory? logs, CancellationToken waiting)
    {
        var services = new ServiceCollection();
        services.AddSingleton(logs ?? NullLoggerFactory.Instance);
        services.AddLogging();
        services.AddOrleansClient(new ConfigurationManager(), client =>
        {
            client.Services.AddSingleton<IGatewayListProvider>(living);
            client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = LivingGateways.RefreshPeriod);
            client.Configure<ClusterOptions>(cluster =>
            {
                cluster.ServiceId = options.ServiceId;
                cluster.ClusterId = options.ClusterId;
            });
            client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = options.ResponseTimeout);

            // This is also how soon a client asks a starting silo again.
            client.Configure<TypeManagementOptions>(types => types.TypeMapRefreshInterval = _typesAskedAgain);
            options.Tls?.AddTo(client, [.. options.Gateways.Select(Gateway.HostOf)]);
            greeting.AddTo(client);
            if (options.Traces)
            {
                client.AddActivityPropagation();
            }

            var resending = new Resending(options, waiting);
            client.Services.AddSingleton(resending);
            client.AddOutgoingGrainCallFilter(resending);
            KnownTypes.AddTo(client);
        });
        return services.BuildServiceProvider();
    }
}
