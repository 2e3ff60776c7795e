using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace DmaGrains.Grains.Storage;

/// <summary>Makes the states of this project's grains; those of others in the same silo stay Orleans' own.</summary>
internal sealed class DurableStateFactory(PersistentStateFactory others) : IPersistentStateFactory
{
    public IPersistentState<TState> Create<TState>(IGrainContext context, IPersistentStateConfiguration config)
    {
        if (config.StorageName != StorageNames.Default)
        {
            return others.Create<TState>(context, config);
        }

        var storage = context.ActivationServices.GetRequiredKeyedService<IGrainStorage>(StorageNames.Default);
        var activators = context.ActivationServices.GetRequiredService<IActivatorProvider>();
        var state = new DurableState<TState>(
            config.StateName, context.GrainId, storage, activators.GetActivator<TState>().Create());
        context.ObservableLifecycle.Subscribe(
            nameof(DurableState<TState>), GrainLifecycleStage.SetupState, state.ReadStateAsync);
        return state;
    }
}
