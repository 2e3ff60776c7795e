namespace DmaGrains.Scenarios.Files;

/// <summary>Kinds of files.</summary>
public enum FileKind
{
    /// <summary>Unknown.</summary>
    Unknown,

    /// <summary>Memory, MMUs and devices of a machine.</summary>
    Board,

    /// <summary>What importers do with buffers on a board.</summary>
    Scenario,

    /// <summary>A long run on boards, with a question.</summary>
    Experiment,
}
