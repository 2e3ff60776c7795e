using DmaGrains.Model;
using Orleans.Concurrency;

namespace DmaGrains.Interfaces;

/// <summary>
/// An experiment that runs inside the cluster, in real time, for weeks if need be; key <c>experiment:name</c>. What it has sent and counted
/// is stored before anything more is sent, so that after the loss of a silo, or of all, it goes on with nothing counted twice or lost.
/// </summary>
[GrainInterfaceType("dma.IExperimentGrain")]
[Alias("dma.IExperimentGrain")]
public interface IExperimentGrain : IGrainWithStringKey
{
    /// <summary>Starts the experiment; the same again, while it runs, changes nothing. One that has ended is forgotten and starts anew.</summary>
    /// <param name="experiment">The experiment; its name is the grain's.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>
    /// EINVAL naming Name, Experiment, Text or Boards: what cannot be read or cannot be played in a cluster. EEXIST when another one of that
    /// name runs.
    /// </returns>
    [ResponseTimeout(IBoardGrain.LongCall)]
    [Alias("Start")]
    Task<DmaResult<ExperimentStatus>> StartAsync(ExperimentText experiment, CancellationToken cancellationToken = default);

    /// <summary>Where it is, as stored last.</summary>
    /// <returns>ENOENT when it was never started.</returns>
    [AlwaysInterleave]
    [Alias("GetStatus")]
    Task<DmaResult<ExperimentStatus>> GetStatusAsync(CancellationToken cancellationToken = default);

    /// <summary>Ends it: everything is given back, and what was counted stays. Again, it changes nothing.</summary>
    /// <returns>ENOENT when it was never started.</returns>
    [ResponseTimeout(IBoardGrain.LongCall)]
    [Alias("Stop")]
    Task<DmaResult<ExperimentStatus>> StopAsync(CancellationToken cancellationToken = default);
}
