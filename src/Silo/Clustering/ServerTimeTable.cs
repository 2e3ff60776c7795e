using DmaGrains.Storage;

namespace DmaGrains.Silo.Clustering;

/// <summary>
/// A membership table that stores times of the server's clock and converts them to this machine's clock for Orleans. Orleans compares one
/// silo's times with another one's clock: without the conversion, silos would wait long for a lost one whose clock was ahead.
/// </summary>
/// <param name="table">The stored table.</param>
/// <param name="members">Gives the server's clock. It is asked each time, because clocks may be set while silos run.</param>
internal sealed class ServerTimeTable(IMembershipTable table, IMembershipProvider members) : IMembershipTable
{
    public Task InitializeMembershipTable(bool tryInitTableVersion) => InitializeMembershipTableAsync(tryInitTableVersion, default);

    public Task InitializeMembershipTableAsync(bool tryInitTableVersion, CancellationToken cancellationToken) =>
        table.InitializeMembershipTableAsync(tryInitTableVersion, cancellationToken);

    public Task DeleteMembershipTableEntries(string clusterId) => DeleteMembershipTableEntriesAsync(clusterId, default);

    public Task DeleteMembershipTableEntriesAsync(string clusterId, CancellationToken cancellationToken) =>
        table.DeleteMembershipTableEntriesAsync(clusterId, cancellationToken);

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => CleanupDefunctSiloEntriesAsync(beforeDate, default);

    public async Task CleanupDefunctSiloEntriesAsync(DateTimeOffset beforeDate, CancellationToken cancellationToken) =>
        await table.CleanupDefunctSiloEntriesAsync(beforeDate - await members.AheadAsync(), cancellationToken);

    public Task<MembershipTableData> ReadRow(SiloAddress key) => ReadRowAsync(key, default);

    public async Task<MembershipTableData> ReadRowAsync(SiloAddress key, CancellationToken cancellationToken) =>
        Shift(await table.ReadRowAsync(key, cancellationToken), await members.AheadAsync());

    public Task<MembershipTableData> ReadAll() => ReadAllAsync(default);

    public async Task<MembershipTableData> ReadAllAsync(CancellationToken cancellationToken) =>
        Shift(await table.ReadAllAsync(cancellationToken), await members.AheadAsync());

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => InsertRowAsync(entry, tableVersion, default);

    public async Task<bool> InsertRowAsync(MembershipEntry entry, TableVersion tableVersion, CancellationToken cancellationToken) =>
        await table.InsertRowAsync(Shift(entry, -await members.AheadAsync()), tableVersion, cancellationToken);

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => UpdateRowAsync(entry, etag, tableVersion, default);

    public async Task<bool> UpdateRowAsync(
        MembershipEntry entry, string etag, TableVersion tableVersion, CancellationToken cancellationToken) =>
        await table.UpdateRowAsync(Shift(entry, -await members.AheadAsync()), etag, tableVersion, cancellationToken);

    public Task UpdateIAmAlive(MembershipEntry entry) => UpdateIAmAliveAsync(entry, default);

    public async Task UpdateIAmAliveAsync(MembershipEntry entry, CancellationToken cancellationToken) =>
        await table.UpdateIAmAliveAsync(Shift(entry, -await members.AheadAsync()), cancellationToken);

    private static MembershipTableData Shift(MembershipTableData data, TimeSpan by) =>
        new([.. data.Members.Select(member => Tuple.Create(Shift(member.Item1, by), member.Item2))], data.Version);

    private static MembershipEntry Shift(MembershipEntry entry, TimeSpan by) => new()
    {
        SiloAddress = entry.SiloAddress,
        Status = entry.Status,
        SuspectTimes = entry.SuspectTimes?.ConvertAll(vote => Tuple.Create(vote.Item1, Shift(vote.Item2, by))),
        ProxyPort = entry.ProxyPort,
        HostName = entry.HostName,
        SiloName = entry.SiloName,
        RoleName = entry.RoleName,
        UpdateZone = entry.UpdateZone,
        FaultZone = entry.FaultZone,
        StartTime = Shift(entry.StartTime, by),
        IAmAliveTime = Shift(entry.IAmAliveTime, by),
    };

    /// <summary>Shifts a time; one that was never set stays unset.</summary>
    private static DateTime Shift(DateTime time, TimeSpan by) =>
        time == default ? time : new(Math.Clamp(time.Ticks + by.Ticks, 0, DateTime.MaxValue.Ticks), time.Kind);
}
