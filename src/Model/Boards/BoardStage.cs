namespace DmaGrains.Model.Boards;

/// <summary>How far a board has come.</summary>
public enum BoardStage
{
    /// <summary>There is no such board.</summary>
    NotDefined,

    /// <summary>Its definition is stored; its memory, MMUs and devices may be as it says, or not yet. No buffer is exported meanwhile.</summary>
    BeingSetUp,

    /// <summary>All of it is as its definition says.</summary>
    SetUp,
}
