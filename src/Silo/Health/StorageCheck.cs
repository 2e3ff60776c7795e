using DmaGrains.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace DmaGrains.Silo.Health;

/// <summary>Whether the storage answers.</summary>
internal sealed class StorageCheck(StorageProvider storage) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        // Whatever it throws is a failure to the one who asks, who does not wait for one that hangs.
        await storage.CheckAsync(cancellationToken).WaitAsync(cancellationToken);
        return HealthCheckResult.Healthy();
    }
}
