using System.Diagnostics;
using System.Net;
using DmaGrains.Interfaces;
using Orleans.Messaging;

namespace DmaGrains.ClusterClient;

/// <summary>
/// The gateways that were named, without those of silos that the cluster has declared dead: a machine that hangs keeps its
/// connections, and a client with such a connection would keep sending to it.
/// </summary>
/// <param name="named">The gateways that were named.</param>
/// <param name="first">The one to start with.</param>
internal sealed class LivingGateways(IReadOnlyList<IPEndPoint> named, IPEndPoint first) : IGatewayListProvider
{
    // A client uses one gateway for each grain: of several grains, one is reached through a living gateway.
    private const int Asked = 4;
    private const int Keys = 64;

    private volatile HashSet<IPEndPoint> _lost = [];
    private volatile IGrainFactory? _grains;
    private Task _asking = Task.CompletedTask;
    private long _askedAt;

    /// <summary>How often a client reads this list: soon after its start it knows all gateways.</summary>
    public static TimeSpan RefreshPeriod { get; } = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public TimeSpan MaxStaleness => RefreshPeriod;

    /// <inheritdoc/>
    public bool IsUpdatable => true;

    /// <inheritdoc/>
    public Task InitializeGatewayListProvider() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<IList<Uri>> GetGateways()
    {
        if (_grains is not { } grains)
        {
            return Task.FromResult<IList<Uri>>([first.ToGatewayUri()]);
        }

        // The answer is used the next time.
        if (_asking.IsCompleted && Stopwatch.GetElapsedTime(_askedAt) >= ClusterDefaults.LossNoticed)
        {
            Ask(grains);
        }

        var lost = _lost;
        var living = named.Where(gateway => !lost.Contains(gateway)).ToList();
        return Task.FromResult<IList<Uri>>([.. (living.Count == 0 ? named : living).Select(gateway => gateway.ToGatewayUri())]);
    }

    /// <summary>The client has started: asks the cluster at once, so that lost gateways are known when the client first refreshes its list.</summary>
    public void Started(IGrainFactory grains)
    {
        Ask(grains);
        _grains = grains;
    }

    private void Ask(IGrainFactory grains)
    {
        _askedAt = Stopwatch.GetTimestamp();
        _asking = AskAsync(grains);
    }

    private async Task AskAsync(IGrainFactory grains) => _lost = await LostAsync(grains);

    private static async Task<HashSet<IPEndPoint>> LostAsync(IGrainFactory grains)
    {
        var start = Random.Shared.Next(Keys);
        var answers = Enumerable.Range(start, Asked)
            .Select(key => grains.GetGrain<IManagementGrain>(key % Keys).GetDetailedHosts(onlyActive: false));
        await foreach (var answer in Task.WhenEach(answers))
        {
            if (answer.IsCompletedSuccessfully)
            {
                return LostOf(await answer);
            }
        }

        return [];
    }

    /// <summary>Gateways of dead silos, unless a living silo now has the same address.</summary>
    private static HashSet<IPEndPoint> LostOf(IReadOnlyCollection<MembershipEntry> silos)
    {
        var byPlace = silos.ToLookup(silo => new IPEndPoint(silo.SiloAddress.Endpoint.Address, silo.ProxyPort));
        return [.. byPlace.Where(place => place.All(silo => silo.Status == SiloStatus.Dead)).Select(place => place.Key)];
    }
}
