using System.Collections.Immutable;

namespace DmaGrains.Analysis.Exploring;

/// <summary>How a scenario is explored, and how far at most.</summary>
public sealed record ExplorationOptions
{
    /// <summary>Most states of an exploration, when nobody says otherwise.</summary>
    public const long StatesMaxDefault = 50_000_000;

    /// <summary>Most different boards of an exploration: their numbers share a word with an answer.</summary>
    public const int BoardsMax = (1 << 24) - 2;

    /// <summary>What may go wrong.</summary>
    public ImmutableArray<Fault> Faults { get; init; } = [];

    /// <summary>Whether an importer that is told EAGAIN tries again when something has changed; else it goes on to its next step.</summary>
    public bool Waits { get; init; }

    /// <summary>Whether steps that touch nothing that anybody else will touch are played at once, in place of in every order.</summary>
    public bool Reduces { get; init; } = true;

    /// <summary>Most states.</summary>
    public long StatesMax { get; init; } = StatesMaxDefault;

    /// <summary>Most bytes of managed memory, looked at between layers; 0 for three quarters of what the process may have.</summary>
    public long MemoryBytesMax { get; init; }

    /// <summary>How long at most; null for as long as it takes.</summary>
    public TimeSpan? TimeMax { get; init; }

    /// <summary>How many cores; the report is the same for any number.</summary>
    public int Cores { get; init; } = Environment.ProcessorCount;

    /// <summary>Fewer runs of the model than this are not worth a second core.</summary>
    internal int MovesToShare { get; init; } = 64;

    /// <summary>How many states are played before limits are looked at.</summary>
    internal int StatesOfChunk { get; init; } = 1 << 12;
}

/// <summary>How far an exploration has come.</summary>
/// <param name="Steps">Every order's first steps that are explored.</param>
/// <param name="StepsMax">The steps of the longest order.</param>
/// <param name="States">States so far.</param>
public readonly record struct ExplorationProgress(int Steps, int StepsMax, long States);
