using DmaGrains.Interfaces;
using Orleans.Configuration;

namespace DmaGrains.Silo;

/// <summary>How soon the loss of a silo is noticed. Reasons: docs/decisions/0012.</summary>
internal static class Liveness
{
    /// <summary>Silos probe each other every second; two unanswered probes and the vote of one silo declare a silo dead.</summary>
    internal static ISiloBuilder UseLiveness(this ISiloBuilder silo) => silo
        .Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = TimeSpan.FromSeconds(1);

            // A silo that is still connected but silent for this long times the limit of missed probes is lost, too: its machine hangs or has no power.
            options.MaxProbeTimeout = TimeSpan.FromSeconds(2);
            options.NumMissedProbesLimit = 2;
            options.NumVotesForDeathDeclaration = 1;
            options.TableRefreshTimeout = TimeSpan.FromSeconds(5);

            // After a crash of all silos, the first new one waits until the old ones have been silent for this period times the limit of missed updates.
            options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(4);
            options.NumMissedTableIAmAliveLimit = 2;
        })
        .Configure<SiloMessagingOptions>(options =>
        {
            options.ResponseTimeout = ClusterDefaults.ResponseTimeout;
            options.SystemResponseTimeout = ClusterDefaults.ResponseTimeout;
        });
}
