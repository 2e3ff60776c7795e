using Orleans.Serialization;
using Orleans.Storage;

namespace DmaGrains.Grains.Storage;

/// <summary>Orleans' binary form of a state, in an array of exact length.</summary>
internal sealed class StateSerializer(Serializer serializer) : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) => BinaryData.FromBytes(serializer.SerializeToArray(input));

    public T? Deserialize<T>(BinaryData input) => serializer.Deserialize<T>(input.ToMemory());
}
