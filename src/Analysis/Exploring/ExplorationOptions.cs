using System.Collections.Immutable;

namespace DmaGrains.Analysis.Exploring;

/// <summary>Options and limits of an exploration.</summary>
public sealed record ExplorationOptions
{
    /// <summary>The default for <see cref="StatesMax"/>.</summary>
    public const long StatesMaxDefault = 50_000_000;

    /// <summary>The most distinct boards of an exploration: the number of a board shares a 64-bit word with an answer.</summary>
    public const int BoardsMax = (1 << 24) - 2;

    /// <summary>The faults that may happen.</summary>
    public ImmutableArray<Fault> Faults { get; init; } = [];

    /// <summary>Whether an importer that gets EAGAIN tries again once something has changed; otherwise it continues with its next step.</summary>
    public bool Waits { get; init; }

    /// <summary>Whether steps that touch nothing that other scripts will touch are played at once instead of in every order.</summary>
    public bool Reduces { get; init; } = true;

    /// <summary>The most states.</summary>
    public long StatesMax { get; init; } = StatesMaxDefault;

    /// <summary>The most bytes of managed memory, checked between layers; 0 for three quarters of what the process may use.</summary>
    public long MemoryBytesMax { get; init; }

    /// <summary>The longest time; null for no limit.</summary>
    public TimeSpan? TimeMax { get; init; }

    /// <summary>The number of cores; the report does not depend on it.</summary>
    public int Cores { get; init; } = Environment.ProcessorCount;

    /// <summary>Fewer runs of the model than this are not worth a second core.</summary>
    internal int MovesToShare { get; init; } = 64;

    /// <summary>The number of states to play before the limits are checked again.</summary>
    internal int StatesOfChunk { get; init; } = 1 << 12;
}

/// <summary>The progress of an exploration.</summary>
/// <param name="Steps">How many steps of every order have been explored.</param>
/// <param name="StepsMax">The steps of the longest order.</param>
/// <param name="States">The number of states so far.</param>
public readonly record struct ExplorationProgress(int Steps, int StepsMax, long States);
