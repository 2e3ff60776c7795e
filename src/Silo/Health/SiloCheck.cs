using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace DmaGrains.Silo.Health;

/// <summary>Whether the silo is an active member of its cluster: neither joining nor leaving.</summary>
internal sealed class SiloCheck(ISiloStatusOracle silo) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(silo.CurrentStatus == SiloStatus.Active ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
}
