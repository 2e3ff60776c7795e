namespace DmaGrains.Experiments.Driving;

/// <summary>Counts silos that a cluster declares dead, from when the watch began.</summary>
internal sealed class SiloWatch(IGrainFactory grains)
{
    private readonly HashSet<string> _dead = [];
    private bool _hasLooked;

    /// <summary>How many were lost so far.</summary>
    public uint Lost { get; private set; }

    /// <summary>Asks the cluster. What was dead at the first look was lost before.</summary>
    public async Task LookAsync()
    {
        var silos = await grains.GetGrain<IManagementGrain>(0).GetDetailedHosts(onlyActive: false);
        var more = silos.Count(silo => silo.Status == SiloStatus.Dead && _dead.Add(silo.SiloAddress.ToParsableString()));
        Lost += _hasLooked ? (uint)more : 0;
        _hasLooked = true;
    }
}
