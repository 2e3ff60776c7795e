using System.Collections.Immutable;
using DmaGrains.Experiments.Driving;
using DmaGrains.Interfaces;

namespace DmaGrains.Grains.Experiments;

/// <summary>What an experiment is.</summary>
[GenerateSerializer, Alias("dma.stored.experiment")]
internal sealed class ExperimentRecord
{
    /// <summary>What was sent; null when it was never started.</summary>
    [Id(0)]
    public ExperimentText? Sent { get; init; }

    /// <summary>The caller of its commands' ids.</summary>
    [Id(1)]
    public string Caller { get; init; } = string.Empty;
}

/// <summary>Where an experiment is.</summary>
[GenerateSerializer, Alias("dma.stored.experiment-drive")]
internal sealed class ExperimentDriveRecord
{
    /// <summary>To go on from.</summary>
    [Id(0)]
    public ExperimentDriveState State { get; init; } = new();
}

/// <summary>What came of the repetitions of an experiment that have come to their end.</summary>
[GenerateSerializer, Alias("dma.stored.experiment-results")]
internal sealed class ExperimentResultsRecord
{
    /// <summary>In the order in which they were played.</summary>
    [Id(0)]
    public ImmutableArray<ExperimentRepetition> Repetitions { get; init; } = [];
}
