namespace DmaGrains.Experiments.Driving;

/// <summary>Counts the silos of a cluster that were alive at some moment and have been declared dead, or have left, since.</summary>
/// <param name="grains">The cluster.</param>
/// <param name="since">The moment.</param>
internal sealed class SiloWatch(IGrainFactory grains, DateTimeOffset since)
{
    // Silos that were last alive longer than this before the moment were dead already; Orleans keeps the entries of dead silos for days.
    private static readonly TimeSpan _signOfLife = TimeSpan.FromSeconds(5);

    private readonly HashSet<string> _lost = [];

    /// <summary>The number of lost silos seen so far.</summary>
    public uint Lost => (uint)_lost.Count;

    /// <summary>Asks the cluster.</summary>
    public async Task LookAsync()
    {
        var silos = await grains.GetGrain<IManagementGrain>(0).GetDetailedHosts(onlyActive: false);
        _lost.UnionWith(silos
            .Where(silo => silo.Status == SiloStatus.Dead && silo.IAmAliveTime >= (since - _signOfLife).UtcDateTime)
            .Select(silo => silo.SiloAddress.ToParsableString()));
    }
}
