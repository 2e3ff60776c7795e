using Orleans.Configuration;

namespace DmaGrains.Silo;

/// <summary>How soon the loss of a silo is noticed, and how soon a caller hears of trouble. Reasons: docs/decisions/0012.</summary>
public static class Liveness
{
    /// <summary>How long an answer is waited for before the caller gets an exception.</summary>
    public static TimeSpan ResponseTimeout { get; } = TimeSpan.FromSeconds(5);

    /// <summary>When a lost silo has been noticed by the others, and its grains are elsewhere at the next call.</summary>
    public static TimeSpan LossNoticed { get; } = TimeSpan.FromSeconds(2);

    /// <summary>A silo of a cluster: silos probe each other every second, and two unanswered probes are enough for one of them to judge.</summary>
    internal static ISiloBuilder UseLiveness(this ISiloBuilder silo) => silo
        .Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = TimeSpan.FromSeconds(1);

            // A silo that is still connected, and silent for this long times the limit of missed probes, is lost too: its machine hangs
            // or has no power.
            options.MaxProbeTimeout = TimeSpan.FromSeconds(2);
            options.NumMissedProbesLimit = 2;
            options.NumVotesForDeathDeclaration = 1;
            options.TableRefreshTimeout = TimeSpan.FromSeconds(5);

            // After a crash of all silos, the first new one waits until the old ones have been silent for limit times period.
            options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(4);
            options.NumMissedTableIAmAliveLimit = 2;
        })
        .Configure<SiloMessagingOptions>(options =>
        {
            options.ResponseTimeout = ResponseTimeout;
            options.SystemResponseTimeout = ResponseTimeout;
        });
}
