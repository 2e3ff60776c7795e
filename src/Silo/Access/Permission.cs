namespace DmaGrains.Silo.Access;

/// <summary>What a caller may do; each includes those before it.</summary>
internal enum Permission
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read.</summary>
    Read,

    /// <summary>Read and change.</summary>
    Change,
}
