namespace DmaGrains.Storage;

/// <summary>Storage cannot be opened or does not do what it is asked. The message is one line and holds no secret.</summary>
/// <remarks>It is part of the contract, and not of DmaGrains.Storage, because clients hear it, and they need no storage.</remarks>
[GenerateSerializer, Alias("dma.storage-fault")]
public sealed class StorageException : Exception
{
    /// <summary>An exception with a line for an operator.</summary>
    public StorageException(string message)
        : base(message)
    {
    }

    /// <summary>Whether nobody answers, and the same may work later.</summary>
    [Id(0)]
    public bool IsAway { get; init; }

    /// <summary>An exception with a line for an operator and what caused it.</summary>
    public StorageException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
