using System.Collections.Immutable;
using DmaGrains.Experiments.Results;
using DmaGrains.Model.Boards;

namespace DmaGrains.Experiments.Files;

/// <summary>A long run with a question: boards, what happens on them, and what is varied.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Question">What it is to answer, one line.</param>
/// <param name="Cases">One for each combination of the values of the matrix; at least one.</param>
public sealed record Experiment(string Name, string Question, ImmutableArray<ExperimentCase> Cases)
{
    /// <summary>How long each repetition is in virtual time, in nanoseconds; null when <see cref="Commands"/> ends it.</summary>
    public ulong? DurationNanoseconds { get; init; }

    /// <summary>How many commands each board of a repetition carries out or refuses; null when <see cref="DurationNanoseconds"/> ends it.</summary>
    public ulong? Commands { get; init; }

    /// <summary>How much of the start does not count, in nanoseconds; null to find out from the run.</summary>
    public ulong? WarmUpNanoseconds { get; init; }

    /// <summary>How often each case is repeated, with other random numbers each time.</summary>
    public int Repetitions { get; init; } = 1;

    /// <summary>Where it is played.</summary>
    public ExperimentPlace Where { get; init; }

    /// <summary>What all random numbers come from.</summary>
    public ulong Seed { get; init; }

    /// <summary>The measure that cases are compared by.</summary>
    public string Measure { get; init; } = ExperimentMeasures.BuffersRefused;

    /// <summary>What must hold in every case for the experiment to succeed.</summary>
    public ImmutableArray<Threshold> Thresholds { get; init; } = [];

    /// <summary>The file's text.</summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>The files that it names: boards and recordings.</summary>
    public ImmutableArray<InputFile> Files { get; init; } = [];
}

/// <summary>An experiment with one value for each key of the matrix.</summary>
/// <param name="Case">Which values.</param>
/// <param name="Boards">The boards of a repetition, each by itself; at least one.</param>
/// <param name="Workload">The streams of buffers that each board has; at least one.</param>
/// <param name="OtherMemory">Who else uses memory.</param>
/// <param name="Faults">What goes wrong.</param>
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

/// <summary>A file that an experiment names.</summary>
/// <param name="Reference">What the experiment calls it: a board's name, or a path from the experiment's folder.</param>
/// <param name="Path">Where it is.</param>
/// <param name="IsName">Whether it is a board's name, and not a path.</param>
public sealed record InputFile(string Reference, string Path, bool IsName);
