namespace DmaGrains.Grains.Storage;

/// <summary>The storage providers that a host must register.</summary>
public static class StorageNames
{
    /// <summary>Where all grain state is kept.</summary>
    public const string Default = "dmagrains";
}
