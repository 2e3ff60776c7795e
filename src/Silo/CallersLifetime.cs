using Microsoft.Extensions.Hosting;

namespace DmaGrains.Silo;

/// <summary>The lifetime of a host inside a program: the program handles signals, the host does not.</summary>
public sealed class CallersLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
