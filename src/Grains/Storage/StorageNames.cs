namespace DmaGrains.Grains.Storage;

/// <summary>The storage providers that a host must register.</summary>
public static class StorageNames
{
    /// <summary>The provider of all grain state.</summary>
    public const string Default = "dmagrains";
}
