using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace DmaGrains.Silo.Clustering;

/// <summary>Makes a silo a member of a cluster.</summary>
internal static class ClusterHosting
{
    /// <summary>Adds the membership table, with times of the server's clock.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="members">The store of the membership table.</param>
    /// <param name="ahead">How far this machine's clock is ahead of the server's.</param>
    public static void UseMembership(this ISiloBuilder silo, IMembershipProvider members, TimeSpan ahead)
    {
        members.AddMembership(silo);
        var table = silo.Services.Last(service => service.ServiceType == typeof(IMembershipTable));
        silo.Services.Remove(table);
        silo.Services.AddSingleton<IMembershipTable>(services => new ServerTimeTable(
            (IMembershipTable)(table.ImplementationFactory?.Invoke(services)
                ?? ActivatorUtilities.CreateInstance(services, table.ImplementationType!)),
            members));
        silo.Services.AddSingleton<ILocalSiloDetails>(services => ActivatorUtilities.CreateInstance<Member>(services, ahead));
    }
}
