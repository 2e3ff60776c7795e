using System.Collections.Immutable;
using DmaGrains.Experiments.Results;
using DmaGrains.Model.Boards;

namespace DmaGrains.Experiments.Files;

/// <summary>A long run that answers a question: boards, what happens on them, and what is varied.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Question">The question, in one line.</param>
/// <param name="Cases">One for each combination of the values of the matrix; at least one.</param>
public sealed record Experiment(string Name, string Question, ImmutableArray<ExperimentCase> Cases)
{
    /// <summary>How long each repetition is in virtual time, in nanoseconds; null when <see cref="Commands"/> ends it.</summary>
    public ulong? DurationNanoseconds { get; init; }

    /// <summary>The number of commands after which each board of a repetition ends; null when <see cref="DurationNanoseconds"/> ends it.</summary>
    public ulong? Commands { get; init; }

    /// <summary>The warm-up that does not count, in nanoseconds; null to determine it from the run.</summary>
    public ulong? WarmUpNanoseconds { get; init; }

    /// <summary>The number of repetitions of each case, each with its own random numbers.</summary>
    public int Repetitions { get; init; } = 1;

    /// <summary>Where it is played.</summary>
    public ExperimentPlace Where { get; init; }

    /// <summary>The seed of all random numbers.</summary>
    public ulong Seed { get; init; }

    /// <summary>The measure by which cases are compared.</summary>
    public string Measure { get; init; } = ExperimentMeasures.BuffersRefused;

    /// <summary>The thresholds that every case must meet for the experiment to succeed.</summary>
    public ImmutableArray<Threshold> Thresholds { get; init; } = [];

    /// <summary>The file's text.</summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>The files that it refers to: boards and recordings.</summary>
    public ImmutableArray<InputFile> Files { get; init; } = [];
}

/// <summary>An experiment with one value for each key of the matrix.</summary>
/// <param name="Case">The values of the matrix.</param>
/// <param name="Boards">The boards of a repetition, independent of each other; at least one.</param>
/// <param name="Workload">The streams of buffers on each board; at least one.</param>
/// <param name="OtherMemory">Other users of memory.</param>
/// <param name="Faults">The faults.</param>
public sealed record ExperimentCase(
    Case Case,
    ImmutableArray<BoardDefinition> Boards,
    ImmutableArray<BufferStream> Workload,
    ImmutableArray<OtherMemory> OtherMemory,
    ImmutableArray<FaultProcess> Faults);

/// <summary>Where an experiment is played.</summary>
public enum ExperimentPlace
{
    /// <summary>On the model, in virtual time.</summary>
    Model,

    /// <summary>On grains in a silo, in real time.</summary>
    Silo,
}

/// <summary>A file that an experiment refers to.</summary>
/// <param name="Reference">The experiment's reference: a board's name, or a path relative to the experiment's folder.</param>
/// <param name="Path">The file's path.</param>
/// <param name="IsName">Whether the reference is a board's name instead of a path.</param>
public sealed record InputFile(string Reference, string Path, bool IsName);
