using System.Net;
using DmaGrains.Silo;
using Orleans.Messaging;

namespace DmaGrains.Client.Live;

/// <summary>
/// The gateways that a user named, without those of silos that the cluster has given up: a machine that hangs keeps its connections,
/// and a client that has one would send to it for good.
/// </summary>
/// <param name="named">What the user named.</param>
/// <param name="first">The one to start with.</param>
internal sealed class LivingGateways(IReadOnlyList<IPEndPoint> named, IPEndPoint first) : IGatewayListProvider
{
    // A client sends to one gateway for each grain: with some grains, one of them is asked through a gateway that lives.
    private const int Asked = 4;
    private const int Keys = 64;

    /// <summary>Asks the cluster; null until it has started.</summary>
    public IGrainFactory? Grains { get; set; }

    /// <inheritdoc/>
    public TimeSpan MaxStaleness => Liveness.LossNoticed;

    /// <inheritdoc/>
    public bool IsUpdatable => true;

    /// <inheritdoc/>
    public Task InitializeGatewayListProvider() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<IList<Uri>> GetGateways()
    {
        if (Grains is null)
        {
            return [first.ToGatewayUri()];
        }

        var lost = await LostAsync(Grains);
        var living = named.Where(gateway => !lost.Contains(gateway)).ToList();
        return [.. (living.Count == 0 ? named : living).Select(gateway => gateway.ToGatewayUri())];
    }

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

    /// <summary>Gateways of silos that are dead, unless one that lives has come to the same place.</summary>
    private static HashSet<IPEndPoint> LostOf(IReadOnlyCollection<MembershipEntry> silos)
    {
        var byPlace = silos.ToLookup(silo => new IPEndPoint(silo.SiloAddress.Endpoint.Address, silo.ProxyPort));
        return [.. byPlace.Where(place => place.All(silo => silo.Status == SiloStatus.Dead)).Select(place => place.Key)];
    }
}
