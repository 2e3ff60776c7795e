namespace DmaGrains.Experiments.Driving;

/// <summary>Counts silos of a cluster that were alive at some moment and were declared dead, or left, since.</summary>
/// <param name="grains">The cluster.</param>
/// <param name="since">The moment.</param>
internal sealed class SiloWatch(IGrainFactory grains, DateTimeOffset since)
{
    // How long after its last sign of life a silo may be told from others; Orleans' entries of dead silos are kept for days.
    private static readonly TimeSpan _signOfLife = TimeSpan.FromSeconds(5);

    private readonly HashSet<string> _lost = [];

    /// <summary>How many, as far as looks have shown.</summary>
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
