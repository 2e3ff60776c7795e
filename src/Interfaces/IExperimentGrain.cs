using DmaGrains.Model;
using Orleans.Concurrency;

namespace DmaGrains.Interfaces;

/// <summary>
/// An experiment that runs inside the cluster, in real time, if need be for weeks; key <c>experiment:name</c>. What it has sent and counted
/// is stored before it sends more, so after the loss of one or all silos it continues with nothing counted twice or lost.
/// </summary>
[GrainInterfaceType("dma.IExperimentGrain")]
[Alias("dma.IExperimentGrain")]
public interface IExperimentGrain : IGrainWithStringKey
{
    /// <summary>Starts the experiment. Starting the same again while it runs changes nothing; an ended experiment is forgotten and starts anew.</summary>
    /// <param name="experiment">The experiment; its name is the grain's.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>
    /// EINVAL naming Name, Experiment, Text or Boards when it cannot be read or cannot be played in a cluster. EEXIST when another
    /// experiment of that name runs.
    /// </returns>
    [ResponseTimeout(IBoardGrain.LongCall)]
    [Alias("Start")]
    Task<DmaResult<ExperimentStatus>> StartAsync(ExperimentText experiment, CancellationToken cancellationToken = default);

    /// <summary>The experiment's progress as last stored.</summary>
    /// <returns>ENOENT when it was never started.</returns>
    [AlwaysInterleave]
    [Alias("GetStatus")]
    Task<DmaResult<ExperimentStatus>> GetStatusAsync(CancellationToken cancellationToken = default);

    /// <summary>Stops the experiment: it gives everything back and keeps what it counted. Stopping it again changes nothing.</summary>
    /// <returns>ENOENT when it was never started.</returns>
    [ResponseTimeout(IBoardGrain.LongCall)]
    [Alias("Stop")]
    Task<DmaResult<ExperimentStatus>> StopAsync(CancellationToken cancellationToken = default);
}
