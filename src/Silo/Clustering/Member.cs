using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace DmaGrains.Silo.Clustering;

/// <summary>
/// The identity of a silo in a cluster. Its generation is the server's time, so a restarted silo is younger than its predecessor even if
/// this machine's clock was set back in between.
/// </summary>
internal sealed class Member : ILocalSiloDetails
{
    // The same as Orleans' own, though any would do.
    private static readonly DateTime _epoch = new(2022, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Creates the identity.</summary>
    /// <param name="ahead">How far this machine's clock is ahead of the server's.</param>
    /// <param name="silo">The silo's name.</param>
    /// <param name="cluster">The cluster's ids.</param>
    /// <param name="endpoint">The addresses at which others reach the silo.</param>
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
