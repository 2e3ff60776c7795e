using System.Collections.Immutable;
using DmaGrains.Grains.Buffers.Debts;
using DmaGrains.Grains.Devices;
using DmaGrains.Grains.Experiments;
using DmaGrains.Grains.Storage;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Buffers.Changes;
using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Serialization.Codecs;
using Orleans.Storage;

namespace DmaGrains.Grains;

/// <summary>Adds the services that the grains need to a silo, except the storage itself.</summary>
public static class GrainServices
{
    /// <summary>Adds the device cache, the list of debts, reminders, and the reading, writing and serialization of state.</summary>
    public static ISiloBuilder AddGrainServices(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<DeviceCache>();
        silo.Services.AddSingleton<DeviceCacheClient>();
        silo.Services.AddSingleton<Journals>();
        silo.Services.AddSingleton<BufferDebts>();
        silo.Services.AddSingleton<DebtSweep>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<BufferDebts>());
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<DebtSweep>());
        silo.Services.AddSingleton<IGrainStorageSerializer, StateSerializer>();
        silo.Services.AddSingleton<IFieldCodec<ImmutableArray<AddedReply>>, UncopiedArray<AddedReply>>();
        silo.Services.AddSingleton<IFieldCodec<ImmutableArray<Attachment>>, UncopiedArray<Attachment>>();
        silo.Services.AddSingleton<IFieldCodec<ImmutableArray<CallerChange>>, UncopiedArray<CallerChange>>();
        silo.Services.TryAddSingleton<PersistentStateFactory>();
        silo.Services.AddSingleton<IPersistentStateFactory, DurableStateFactory>();
        silo.AddReminders();
        silo.Services.AddSingleton<IReminderTable, ReminderTable>();
        silo.Services.Configure<ReminderOptions>(options => options.MinimumReminderPeriod = ExperimentGrain.ReminderPeriod);
        return silo.AddGrainService<DeviceCacheService>();
    }
}
