using System.Collections.Immutable;

namespace DmaGrains.Interfaces;

/// <summary>The progress of an experiment in a cluster, with its results so far.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Stage">Its stage.</param>
/// <param name="Share">The share that is done, 0 to 1.</param>
/// <param name="Repetitions">The results of each repetition of each case, in the order played; the last one may still be running.</param>
/// <param name="Problem">What went wrong, in one line; null for nothing.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-status")]
public sealed record ExperimentStatus(
    string Name, ExperimentStage Stage, double Share, ImmutableArray<ExperimentRepetition> Repetitions, string? Problem);

/// <summary>The results of a repetition of a case.</summary>
/// <param name="Case">The case's index, from 0.</param>
/// <param name="Values">The case's values of the matrix, in one line; empty when there is no matrix.</param>
/// <param name="Index">The repetition's index, from 0.</param>
/// <param name="IsOver">Whether it is finished.</param>
/// <param name="Measures">One value for each measure; <c>docs/experiments-silos.md</c> lists them.</param>
/// <param name="Refusals">The refusals, counted by step and reason.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-repetition")]
public sealed record ExperimentRepetition(
    int Case, string Values, int Index, bool IsOver, ImmutableArray<MeasuredValue> Measures, ImmutableArray<CountedRefusal> Refusals);

/// <summary>A measure's value.</summary>
/// <param name="Measure">The measure's name.</param>
/// <param name="Value">In the measure's unit.</param>
[GenerateSerializer, Immutable, Alias("dma.measured-value")]
public readonly record struct MeasuredValue(string Measure, double Value);

/// <summary>How often a step was refused for one reason.</summary>
/// <param name="Step">The step: export, attach, map and so on.</param>
/// <param name="Errno">The code, as the kernel spells it.</param>
/// <param name="Field">The parameter or argument that failed; empty for none.</param>
/// <param name="Importer">The device at fault; empty for none.</param>
/// <param name="Count">How often.</param>
[GenerateSerializer, Immutable, Alias("dma.counted-refusal")]
public sealed record CountedRefusal(string Step, string Errno, string Field, string Importer, ulong Count);

/// <summary>The stages of an experiment.</summary>
public enum ExperimentStage
{
    /// <summary>It was never started.</summary>
    None = 0,

    /// <summary>It runs.</summary>
    Running = 1,

    /// <summary>It gives back what it holds, and then ends.</summary>
    Stopping = 2,

    /// <summary>It was stopped before its end.</summary>
    Stopped = 3,

    /// <summary>It ran to its end.</summary>
    Done = 4,

    /// <summary>It could not continue.</summary>
    Failed = 5,
}
