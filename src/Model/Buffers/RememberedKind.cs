namespace DmaGrains.Model.Buffers;

/// <summary>The commands that are remembered; stored, so numbers never change.</summary>
public enum RememberedKind
{
    /// <summary>Attach.</summary>
    Attach = 0,

    /// <summary>Detach.</summary>
    Detach = 1,

    /// <summary>Map.</summary>
    Map = 2,

    /// <summary>Unmap.</summary>
    Unmap = 3,

    /// <summary>Release.</summary>
    Release = 4,

    /// <summary>Revoke.</summary>
    Revoke = 5,
}
