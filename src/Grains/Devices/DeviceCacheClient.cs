using System.Collections.Immutable;
using Orleans.Runtime.Services;

namespace DmaGrains.Grains.Devices;

/// <summary>Tells every silo that devices have changed.</summary>
internal sealed class DeviceCacheClient(IServiceProvider services, IClusterMembershipService membership)
    : GrainServiceClient<IDeviceCacheService>(services)
{
    /// <summary>Returns when no silo uses its cached devices any more; throws when a silo does not answer and is not dead.</summary>
    /// <remarks>
    /// The devices must have been changed before. The list of silos is read again: a silo that joins later has cached nothing and will
    /// ask.
    /// </remarks>
    public async Task ForgetAsync(string board, ImmutableArray<string> devices)
    {
        // The first call may only join a refresh that began earlier.
        await membership.Refresh();
        await membership.Refresh();
        await Task.WhenAll(membership.CurrentSnapshot.Members.Values
            .Where(silo => HasGrains(silo.Status))
            .Select(silo => ForgetAsync(silo.SiloAddress, board, devices)));
    }

    private static bool HasGrains(SiloStatus status) => status is SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping;

    private async Task ForgetAsync(SiloAddress silo, string board, ImmutableArray<string> devices)
    {
        try
        {
            await GetGrainService(silo).ForgetAsync(board, devices);
        }
        catch (Exception)
        {
            await membership.Refresh();
            if (HasGrains(membership.CurrentSnapshot.GetSiloStatus(silo)))
            {
                throw;
            }
        }
    }
}
