using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DmaGrains.ClusterClient;

/// <summary>The client of a host, connected from before its services start until after they have stopped.</summary>
internal sealed class HostedClient(IOptions<DmaGrainsClientOptions> options, ILoggerFactory logs) : IHostedLifecycleService, IAsyncDisposable
{
    private DmaGrainsClient? _client;

    /// <summary>The client.</summary>
    /// <exception cref="InvalidOperationException">It is not connected yet, or no longer.</exception>
    public DmaGrainsClient Client => _client
        ?? throw new InvalidOperationException("The client of the DmaGrains cluster is not connected: expected a host that has started and not stopped.");

    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken) =>
        _client = await DmaGrainsClient.ConnectAsync(options.Value, logs, cancellationToken, CancellationToken.None);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StoppedAsync(CancellationToken cancellationToken) => await DisposeAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _client, null)?.DisposeAsync() ?? default;
}
