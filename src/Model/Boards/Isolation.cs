namespace DmaGrains.Model.Boards;

/// <summary>What keeps a device from memory that is not meant for it, from least to most isolated (thread #46).</summary>
public enum Isolation
{
    /// <summary>Nothing: the device reaches all memory under its mask, so its driver must validate every command (thread #46).</summary>
    None = 0,

    /// <summary>An address space shared with other devices: what is mapped for one, all of them reach.</summary>
    Shared = 1,

    /// <summary>An address space of its own.</summary>
    Own = 2,

    /// <summary>Several address spaces of its own to switch between, which also isolate its clients from each other.</summary>
    PerContext = 3,
}
