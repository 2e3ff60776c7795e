using DmaGrains.ClusterClient;
using DmaGrains.Interfaces;
using DmaGrains.Scenarios.Files;
using Microsoft.Extensions.Options;

namespace DmaGrains.Client.Live;

/// <summary>A running cluster. Whoever waits at a terminal hears soon that nobody answers: the gateways are tried once.</summary>
internal sealed class GatewayConnection : Connection
{
    private static readonly TimeSpan _connectTimeout = TimeSpan.FromSeconds(10);

    private readonly DmaGrainsClient _client;

    private GatewayConnection(DmaGrainsClient client) => _client = client;

    /// <inheritdoc/>
    public override IGrainFactory Grains => _client.Grains;

    /// <inheritdoc/>
    public override ulong SentAgain => _client.SentAgain;

    /// <summary>Connects.</summary>
    /// <param name="gateways">HOST:PORT, or several separated by commas.</param>
    /// <param name="access">What lets it in there.</param>
    /// <param name="connecting">Gives up connecting.</param>
    /// <param name="waiting">Stops waiting for replies afterwards.</param>
    /// <exception cref="UsageException">One of them is not an address.</exception>
    /// <exception cref="NoReplyException">No silo answers.</exception>
    public static async Task<Connection> OpenAsync(string gateways, GatewayAccess access, CancellationToken connecting, CancellationToken waiting)
    {
        var options = new DmaGrainsClientOptions { ConnectTimeout = _connectTimeout, ConnectRetries = 0 };
        access.Set(options);
        foreach (var gateway in gateways.Split(','))
        {
            options.Gateways.Add(Gateway.TryParse(gateway, out _)
                ? gateway
                : throw new UsageException($"--gateway {Quoted.Text(gateway)} is not an address: expected {Gateway.Expected}."));
        }

        try
        {
            return new GatewayConnection(await DmaGrainsClient.ConnectAsync(options, connecting, waiting));
        }
        catch (OptionsValidationException problem)
        {
            throw new UsageException(string.Join(' ', problem.Failures));
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _client.DisposeAsync();
}
