using System.Globalization;
using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace DmaGrains.Silo.Clustering;

/// <summary>The clock of the membership table's server, which all silos of a cluster share.</summary>
internal static class ServerClock
{
    /// <summary>A difference that is worth a warning; smaller ones can come from network delay.</summary>
    public static TimeSpan Notable { get; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The largest difference with which a silo joins others: silos report when they were alive by their own clocks, and one that seems
    /// silent for 8 s is declared dead.
    /// </summary>
    private static readonly TimeSpan _tolerable = TimeSpan.FromSeconds(4);

    // Several times the silence after which a silo is declared dead.
    private static readonly TimeSpan _alive = TimeSpan.FromSeconds(30);

    /// <summary>"ahead of" or "behind", for a message that continues with "that of".</summary>
    public static string WayOf(TimeSpan ahead) => ahead > TimeSpan.Zero ? "ahead of" : "behind";

    /// <summary>Why a silo with this clock must not join the others; null when it may, or there are no others.</summary>
    /// <param name="ahead">How far the clock is ahead of the server's.</param>
    /// <param name="server">The server.</param>
    /// <param name="services">The silo's services, with the membership table.</param>
    public static async Task<string?> WhyNotAsync(TimeSpan ahead, string? server, IServiceProvider services) =>
        ahead.Duration() > _tolerable && await HasOthersAsync(services.GetRequiredService<IMembershipTable>())
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"the clock of this machine is {ahead.Duration().TotalSeconds:0.0} s {WayOf(ahead)} that of {server}, and other silos run: expected at most {_tolerable.TotalSeconds:0} s, or they and this one would give each other up. Set the clock, and start again.")
            : null;

    // The table's times are converted to this machine's clock.
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
