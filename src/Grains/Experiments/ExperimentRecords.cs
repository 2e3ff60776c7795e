using System.Collections.Immutable;
using DmaGrains.Experiments.Driving;
using DmaGrains.Interfaces;

namespace DmaGrains.Grains.Experiments;

/// <summary>The stored definition of an experiment.</summary>
[GenerateSerializer, Alias("dma.stored.experiment")]
internal sealed class ExperimentRecord
{
    /// <summary>The experiment as sent; null when it was never started.</summary>
    [Id(0)]
    public ExperimentText? Sent { get; init; }

    /// <summary>The caller of its commands' ids.</summary>
    [Id(1)]
    public string Caller { get; init; } = string.Empty;
}

/// <summary>The stored progress of an experiment.</summary>
[GenerateSerializer, Alias("dma.stored.experiment-drive")]
internal sealed class ExperimentDriveRecord
{
    /// <summary>The state to continue from.</summary>
    [Id(0)]
    public ExperimentDriveState State { get; init; } = new();
}

/// <summary>The stored results of an experiment's finished repetitions.</summary>
[GenerateSerializer, Alias("dma.stored.experiment-results")]
internal sealed class ExperimentResultsRecord
{
    /// <summary>The repetitions, in the order played.</summary>
    [Id(0)]
    public ImmutableArray<ExperimentRepetition> Repetitions { get; init; } = [];
}
