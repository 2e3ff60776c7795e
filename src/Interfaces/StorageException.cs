namespace DmaGrains.Storage;

/// <summary>Storage cannot be opened, or failed. The message is one line without secrets.</summary>
/// <remarks>It is defined here and not in DmaGrains.Storage because clients receive it, and they do not reference the storage.</remarks>
[GenerateSerializer, Alias("dma.storage-fault")]
public sealed class StorageException : Exception
{
    /// <summary>Creates the exception with a line for an operator.</summary>
    public StorageException(string message)
        : base(message)
    {
    }

    /// <summary>Whether the storage does not answer, so that a retry may succeed.</summary>
    [Id(0)]
    public bool IsAway { get; init; }

    /// <summary>Creates the exception with a line for an operator and its cause.</summary>
    public StorageException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
