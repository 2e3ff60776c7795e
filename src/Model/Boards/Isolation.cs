namespace DmaGrains.Model.Boards;

/// <summary>What keeps a device from memory that is not meant for it (thread #46); the order is from least to most.</summary>
public enum Isolation
{
    /// <summary>Nothing: it reaches all memory under its mask, and its driver must look at every command (thread #46).</summary>
    None = 0,

    /// <summary>An address space that other devices use too: what is mapped for one, all of them reach.</summary>
    Shared = 1,

    /// <summary>An address space of its own.</summary>
    Own = 2,

    /// <summary>Address spaces of its own to switch between: its clients are kept from each other, too.</summary>
    PerContext = 3,
}
