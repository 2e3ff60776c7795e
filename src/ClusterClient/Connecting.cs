using System.Globalization;
using System.Net;
using DmaGrains.Interfaces;
using Polly;
using Polly.Hedging;
using Polly.Retry;

namespace DmaGrains.ClusterClient;

/// <summary>
/// Connects through one of several gateways. They are tried in random order. A hanging gateway accepts a connection and then stays silent,
/// so the next one is tried in parallel a little later. The first to answer is used; afterwards the client uses the others, too.
/// </summary>
/// <param name="options">The options, with the gateways and timeouts.</param>
/// <param name="start">Starts a client with a gateway.</param>
internal sealed class Connecting(DmaGrainsClientOptions options, Func<LivingGateways, CancellationToken, Task<DmaGrainsClient>> start)
{
    // The parallel attempts that Polly allows, plus the first one.
    private const int AtOnceMax = 11;

    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(5);

    /// <summary>Connects.</summary>
    /// <exception cref="NoReplyException">No silo answers in time.</exception>
    public async Task<DmaGrainsClient> RunAsync(CancellationToken cancellation)
    {
        Exception? last = null;
        var pipeline = new ResiliencePipelineBuilder<DmaGrainsClient>().AddTimeout(options.ConnectTimeout);
        if (options.ConnectRetries > 0)
        {
            pipeline.AddRetry(new RetryStrategyOptions<DmaGrainsClient>
            {
                MaxRetryAttempts = options.ConnectRetries,
                BackoffType = DelayBackoffType.Exponential,
                Delay = _firstPause,
                MaxDelay = _longestPause,
                UseJitter = true,
                ShouldHandle = attempt => new(attempt.Outcome.Exception is not (null or GatewayRefusedException)),
                OnRetry = attempt =>
                {
                    last = attempt.Outcome.Exception;
                    return default;
                },
            });
        }

        try
        {
            return await pipeline.Build().ExecuteAsync(async patience => await TryEachAsync(patience), cancellation);
        }
        catch (Exception trouble) when (trouble is not (NoReplyException or GatewayRefusedException) && !cancellation.IsCancellationRequested)
        {
            throw last as NoReplyException ?? new NoReplyException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"No silo answers at {string.Join(',', options.Gateways)} within {options.ConnectTimeout.TotalSeconds} seconds: expected the gateway of a running silo."),
                last ?? trouble);
        }
    }

    /// <summary>Tries each gateway once.</summary>
    private async Task<DmaGrainsClient> TryEachAsync(CancellationToken cancellation)
    {
        var named = await FindAsync(cancellation);
        var order = named.ToArray();
        Random.Shared.Shuffle(order);
        var next = -1;
        var atOnce = Math.Min(order.Length, AtOnceMax);
        if (atOnce == 1)
        {
            return await TryInTurnAsync(cancellation);
        }

        var hedging = new ResiliencePipelineBuilder<DmaGrainsClient>().AddHedging(new HedgingStrategyOptions<DmaGrainsClient>
        {
            MaxHedgedAttempts = atOnce - 1,
            Delay = options.NextGatewayDelay,
            ShouldHandle = attempt => new(attempt.Outcome.Exception is not null),
        });
        return await hedging.Build().ExecuteAsync(async patience => await TryInTurnAsync(patience), cancellation);

        // More gateways than can be tried at once are tried in turn. One that nobody listens on says nothing either:
        // Orleans goes on trying it.
        async Task<DmaGrainsClient> TryInTurnAsync(CancellationToken patience)
        {
            for (var place = Interlocked.Increment(ref next); ; place += atOnce)
            {
                using var share = CancellationTokenSource.CreateLinkedTokenSource(patience);
                var isLast = place + atOnce >= order.Length;
                share.CancelAfter(isLast ? Timeout.InfiniteTimeSpan : options.ConnectTimeout / ((order.Length + atOnce - 1) / atOnce));
                try
                {
                    return await start(new LivingGateways(named, order[place]), share.Token);
                }
                catch (Exception) when (!isLast && !patience.IsCancellationRequested)
                {
                    // Try the next one.
                }
            }
        }
    }

    private async Task<IPEndPoint[]> FindAsync(CancellationToken cancellation)
    {
        var found = new List<IPEndPoint>();
        foreach (var text in options.Gateways)
        {
            found.AddRange(Gateway.TryParse(text, out var gateway) ? await gateway.FindAsync(cancellation) : []);
        }

        return [.. found.Distinct()];
    }
}
