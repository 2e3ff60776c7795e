namespace DmaGrains.Model.Boards;

/// <summary>How far the set-up of a board is.</summary>
public enum BoardStage
{
    /// <summary>There is no such board.</summary>
    NotDefined,

    /// <summary>The definition is stored; memory, MMUs and devices may not follow it yet. No buffer can be exported meanwhile.</summary>
    BeingSetUp,

    /// <summary>Memory, MMUs and devices follow the definition.</summary>
    SetUp,
}
