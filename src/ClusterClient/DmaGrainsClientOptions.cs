using DmaGrains.Interfaces;

namespace DmaGrains.ClusterClient;

/// <summary>Options of a client: the cluster, timeouts and retries. Validated before connecting.</summary>
public sealed class DmaGrainsClientOptions
{
    /// <summary>The configuration section that hosts bind: <c>DmaGrains</c>.</summary>
    public const string Section = "DmaGrains";

    /// <summary>The cluster's id; <c>dmagrains</c> unless set, as for silos of DmaGrains.</summary>
    public string ClusterId { get; set; } = ClusterDefaults.ClusterId;

    /// <summary>The service's id; <c>dmagrains</c> unless set, as for silos of DmaGrains.</summary>
    public string ServiceId { get; set; } = ClusterDefaults.ServiceId;

    /// <summary>The gateways, each <c>HOST:PORT</c>; at least one. With several, the client survives the loss of one.</summary>
    public IList<string> Gateways { get; } = [];

    /// <summary>The token that lets the client in, where silos need one; null for none. A secret.</summary>
    public string? Token { get; set; }

    /// <summary>TLS, where silos have it; null for none.</summary>
    public ClientTls? Tls { get; set; }

    /// <summary>Whether spans of the client's calls continue in the silos. They are made only while somebody listens.</summary>
    public bool Traces { get; set; }

    /// <summary>The total time for connecting, 10 milliseconds to one day; 30 seconds unless set.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The number of further attempts, after growing pauses, when connecting fails before <see cref="ConnectTimeout"/>, for example because
    /// a host's name cannot be looked up. Unlimited within that time unless set; 0 fails at once.
    /// </summary>
    public int ConnectRetries { get; set; } = int.MaxValue;

    /// <summary>
    /// The time after which the next gateway is tried in parallel with a silent one, up to one day; half a second unless set. A hanging
    /// gateway accepts a connection and then stays silent.
    /// </summary>
    public TimeSpan NextGatewayDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The time to wait for a reply, 10 milliseconds to one day; 5 seconds unless set.</summary>
    public TimeSpan ResponseTimeout { get; set; } = ClusterDefaults.ResponseTimeout;

    /// <summary>The number of times that a call without a reply is sent again, 0 to 100; 2 unless set.</summary>
    public int Retries { get; set; } = 2;

    /// <summary>
    /// The pause before a call is sent again, up to one day; a random part of at most a quarter is added. 2 seconds unless set: by then the
    /// grains of a lost silo can be activated elsewhere.
    /// </summary>
    public TimeSpan RetryDelay { get; set; } = ClusterDefaults.LossNoticed;
}
