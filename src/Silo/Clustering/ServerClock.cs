namespace DmaGrains.Silo.Clustering;

/// <summary>The clock of the server where members are kept: the one that all silos of a cluster have in common.</summary>
internal static class ServerClock
{
    /// <summary>A difference that an operator should hear of; less is what a network takes.</summary>
    public static TimeSpan Notable { get; } = TimeSpan.FromSeconds(1);

    /// <summary>How far this machine's clock is ahead of the server's; negative when it is behind.</summary>
    public static async Task<TimeSpan> AheadAsync(this IMembershipProvider members)
    {
        var asked = DateTime.UtcNow;
        var server = await members.NowAsync();
        var answered = DateTime.UtcNow;
        return asked + ((answered - asked) / 2) - server;
    }
}
