using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace DmaGrains.Silo.Clustering;

/// <summary>
/// What a silo of a cluster is called. Its generation is the server's time: one that is started again is younger than the one before it,
/// also when this machine's clock was set back in between.
/// </summary>
internal sealed class Member : ILocalSiloDetails
{
    // Orleans' own; any will do.
    private static readonly DateTime _epoch = new(2022, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Names it.</summary>
    /// <param name="ahead">How far this machine's clock is ahead of the server's.</param>
    /// <param name="silo">Its name.</param>
    /// <param name="cluster">The cluster's.</param>
    /// <param name="endpoint">Where others reach it.</param>
    public Member(TimeSpan ahead, IOptions<SiloOptions> silo, IOptions<ClusterOptions> cluster, IOptions<EndpointOptions> endpoint)
    {
        Name = silo.Value.SiloName;
        ClusterId = cluster.Value.ClusterId;
        DnsHostName = Dns.GetHostName();
        var generation = (int)(DateTime.UtcNow - ahead - _epoch).TotalSeconds;
        SiloAddress = SiloAddress.New(endpoint.Value.AdvertisedIPAddress!, endpoint.Value.SiloPort, generation);
        GatewayAddress = SiloAddress.New(endpoint.Value.AdvertisedIPAddress!, endpoint.Value.GatewayPort, 0);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string ClusterId { get; }

    /// <inheritdoc/>
    public string DnsHostName { get; }

    /// <inheritdoc/>
    public SiloAddress SiloAddress { get; }

    /// <inheritdoc/>
    public SiloAddress GatewayAddress { get; }
}
