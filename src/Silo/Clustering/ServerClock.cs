using System.Globalization;
using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace DmaGrains.Silo.Clustering;

/// <summary>The clock of the server where members are kept: the one that all silos of a cluster have in common.</summary>
internal static class ServerClock
{
    /// <summary>A difference that an operator should hear of; less is what a network takes.</summary>
    public static TimeSpan Notable { get; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The greatest difference with which a silo joins others: what silos tell each other of when they were alive goes by their own clocks,
    /// and one that seems silent for 8 s is given up.
    /// </summary>
    private static readonly TimeSpan _tolerable = TimeSpan.FromSeconds(4);

    // As long as a silo may be silent that has not been given up, several times over.
    private static readonly TimeSpan _alive = TimeSpan.FromSeconds(30);

    /// <summary>Which way a clock is off that is so far ahead; to go before "that of".</summary>
    public static string WayOf(TimeSpan ahead) => ahead > TimeSpan.Zero ? "ahead of" : "behind";

    /// <summary>Why a silo with this clock does not join the others; null when it does, or there are none.</summary>
    /// <param name="ahead">How far the clock is ahead of the server's.</param>
    /// <param name="server">The server.</param>
    /// <param name="services">Those of the silo; they have the table of members.</param>
    public static async Task<string?> WhyNotAsync(TimeSpan ahead, string? server, IServiceProvider services) =>
        ahead.Duration() > _tolerable && await HasOthersAsync(services.GetRequiredService<IMembershipTable>())
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"the clock of this machine is {ahead.Duration().TotalSeconds:0.0} s {WayOf(ahead)} that of {server}, and other silos run: expected at most {_tolerable.TotalSeconds:0} s, or they and this one would give each other up. Set the clock, and start again.")
            : null;

    // The table is in this machine's time.
    private static async Task<bool> HasOthersAsync(IMembershipTable table)
    {
        await table.InitializeMembershipTableAsync(true, CancellationToken.None);
        var since = DateTime.UtcNow - _alive;
        return (await table.ReadAllAsync(CancellationToken.None)).Members.Any(member =>
            member.Item1.Status is SiloStatus.Created or SiloStatus.Joining or SiloStatus.Active && member.Item1.IAmAliveTime > since);
    }

    /// <summary>How far this machine's clock is ahead of the server's; negative when it is behind.</summary>
    public static async Task<TimeSpan> AheadAsync(this IMembershipProvider members)
    {
        var asked = DateTime.UtcNow;
        var server = await members.NowAsync();
        var answered = DateTime.UtcNow;
        return asked + ((answered - asked) / 2) - server;
    }
}
