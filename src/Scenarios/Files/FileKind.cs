namespace DmaGrains.Scenarios.Files;

/// <summary>What a file describes.</summary>
public enum FileKind
{
    /// <summary>Nothing that is known.</summary>
    Unknown,

    /// <summary>Memory, MMUs and devices of a machine.</summary>
    Board,

    /// <summary>What importers do with buffers on a board.</summary>
    Scenario,

    /// <summary>A long run on boards, with a question.</summary>
    Experiment,
}
