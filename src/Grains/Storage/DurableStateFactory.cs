using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace DmaGrains.Grains.Storage;

/// <summary>Creates the states of this project's grains; other grains in the same silo keep Orleans' own.</summary>
internal sealed class DurableStateFactory(PersistentStateFactory others) : IPersistentStateFactory
{
    public IPersistentState<TState> Create<TState>(IGrainContext context, IPersistentStateConfiguration config)
    {
        if (config.StorageName != StorageNames.Default)
        {
            return others.Create<TState>(context, config);
        }

        var state = Of<TState>(context, config.StateName);
        context.ObservableLifecycle.Subscribe(
            nameof(DurableState<TState>), GrainLifecycleStage.SetupState, state.ReadStateAsync);
        return state;
    }

    /// <summary>A state of a grain, not read yet.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="name">The state's name.</param>
    public static DurableState<TState> Of<TState>(IGrainContext grain, string name) => new(
        name,
        grain.GrainId,
        grain.ActivationServices.GetRequiredKeyedService<IGrainStorage>(StorageNames.Default),
        grain.ActivationServices.GetRequiredService<IActivatorProvider>().GetActivator<TState>().Create());
}
