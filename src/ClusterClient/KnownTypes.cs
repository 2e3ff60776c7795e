using Microsoft.Extensions.DependencyInjection;
using Orleans.Metadata;

namespace DmaGrains.ClusterClient;

/// <summary>
/// The grain types of the cluster, kept while Orleans' client has none. A silo that is leaving or has just started tells a client that no
/// silo has grain types; if it is the only silo, its successor's answer counts as older, and the client would stay without types for good.
/// With the last known types, a call is sent and waits for its reply like any other.
/// </summary>
/// <param name="cluster">The types that Orleans' client has received.</param>
internal sealed class KnownTypes(IClusterManifestProvider cluster) : IClusterManifestProvider
{
    private volatile ClusterManifest _heard = cluster.Current;
    private volatile ClusterManifest _known = cluster.Current;

    /// <inheritdoc/>
    public ClusterManifest Current
    {
        get
        {
            var now = cluster.Current;
            if (now != _heard)
            {
                _known = HasTypes(now) ? now : _known;
                _heard = now;
            }

            return _known;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ClusterManifest> Updates => cluster.Updates;

    /// <inheritdoc/>
    public GrainManifest LocalGrainManifest => cluster.LocalGrainManifest;

    /// <summary>Makes a client use these types.</summary>
    public static void AddTo(IClientBuilder client)
    {
        var cluster = client.Services.Last(service => service.ServiceType == typeof(IClusterManifestProvider));
        client.Services.AddSingleton<IClusterManifestProvider>(
            services => new KnownTypes((IClusterManifestProvider)cluster.ImplementationFactory!(services)));
    }

    /// <summary>Completes when types are known.</summary>
    public static async Task ComeAsync(IServiceProvider services, CancellationToken cancellation)
    {
        await foreach (var heard in services.GetRequiredService<IClusterManifestProvider>().Updates.WithCancellation(cancellation))
        {
            if (HasTypes(heard))
            {
                return;
            }
        }
    }

    private static bool HasTypes(ClusterManifest manifest) => manifest.Silos.Values.Any(silo => silo.Grains.Count > 0);
}
