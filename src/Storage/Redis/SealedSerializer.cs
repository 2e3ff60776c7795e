using Orleans.Storage;

namespace DmaGrains.Storage.Redis;

/// <summary>Seals states by themselves: Orleans' provider keeps the key and the version.</summary>
/// <param name="serializer">Serializes them.</param>
internal sealed class SealedSerializer(IGrainStorageSerializer serializer) : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) =>
        BinaryData.FromBytes(SealedState.Seal(string.Empty, string.Empty, 0, serializer.Serialize(input).ToMemory()));

    public T? Deserialize<T>(BinaryData input) => SealedState.IsWhole([], [], 0, input.ToMemory().Span)
        ? serializer.Deserialize<T>(BinaryData.FromBytes(SealedState.StateOf(input.ToMemory())))
        : throw new StorageException("its state in Redis is damaged: the checksum does not match. Restore a copy.");
}
