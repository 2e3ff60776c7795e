using Orleans.Storage;

namespace DmaGrains.Storage.Redis;

/// <summary>Seals states without key and version, which Orleans' provider keeps.</summary>
/// <param name="serializer">Serializes the states.</param>
internal sealed class SealedSerializer(IGrainStorageSerializer serializer) : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) =>
        BinaryData.FromBytes(SealedState.Seal(string.Empty, string.Empty, 0, serializer.Serialize(input).ToMemory()));

    public T? Deserialize<T>(BinaryData input) => SealedState.IsWhole([], [], 0, input.ToMemory().Span)
        ? serializer.Deserialize<T>(BinaryData.FromBytes(SealedState.StateOf(input.ToMemory())))
        : throw new StorageException("its state in Redis is damaged: the checksum does not match. Restore a copy.");
}
