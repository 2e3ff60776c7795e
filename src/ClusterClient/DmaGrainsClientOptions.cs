using DmaGrains.Interfaces;

namespace DmaGrains.ClusterClient;

/// <summary>Which cluster a client talks to, and what it does when there is no answer. Checked before anything is connected.</summary>
public sealed class DmaGrainsClientOptions
{
    /// <summary>The configuration section that hosts bind: <c>DmaGrains</c>.</summary>
    public const string Section = "DmaGrains";

    /// <summary>The cluster's id; silos of DmaGrains call it <c>dmagrains</c>.</summary>
    public string ClusterId { get; set; } = ClusterDefaults.ClusterId;

    /// <summary>The service's id; silos of DmaGrains call it <c>dmagrains</c>.</summary>
    public string ServiceId { get; set; } = ClusterDefaults.ServiceId;

    /// <summary>The gateways, each <c>HOST:PORT</c>; at least one. With several a client goes on when one is lost.</summary>
    public IList<string> Gateways { get; } = [];

    /// <summary>How long connecting may take in all, 10 milliseconds to one day; 30 seconds unless set.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often connecting starts over, after growing pauses, when it fails before <see cref="ConnectTimeout"/>, as it does when a host's
    /// name cannot be looked up. As often as the time allows unless set; 0 fails at once.
    /// </summary>
    public int ConnectRetries { get; set; } = int.MaxValue;

    /// <summary>
    /// How long a gateway may be silent before the next one is tried beside it, up to one day; half a second unless set. One that hangs
    /// accepts a connection and then says nothing.
    /// </summary>
    public TimeSpan NextGatewayDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a reply is waited for, 10 milliseconds to one day; 5 seconds unless set.</summary>
    public TimeSpan ResponseTimeout { get; set; } = ClusterDefaults.ResponseTimeout;

    /// <summary>How often a call without a reply is sent again, 0 to 100; twice unless set.</summary>
    public int Retries { get; set; } = 2;

    /// <summary>
    /// The pause before a call is sent again, up to one day; a random part of at most a quarter is added. 2 seconds unless set: by then the
    /// grains of a lost silo can be activated elsewhere.
    /// </summary>
    public TimeSpan RetryDelay { get; set; } = ClusterDefaults.LossNoticed;
}
