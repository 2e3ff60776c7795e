using DmaGrains.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace DmaGrains.Silo.Health;

/// <summary>Whether the storage answers.</summary>
internal sealed class StorageCheck(StorageProvider storage) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        // The health service reports any exception as a failure. It must not wait for a storage that hangs.
        await storage.CheckAsync(cancellationToken).WaitAsync(cancellationToken);
        return HealthCheckResult.Healthy();
    }
}
