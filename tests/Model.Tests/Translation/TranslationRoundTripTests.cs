using DmaGrains.Model.Translation;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace DmaGrains.Model.Tests.Translation;

/// <summary>What is stored and sent comes back as it was: bytes, object, the same bytes.</summary>
public sealed class TranslationRoundTripTests
{
    private static readonly Serializer _serializer =
        new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    public static TheoryData<string> Names => [.. Values.Keys];

    private static Dictionary<string, object> Values { get; } = new()
    {
        ["iova"] = new Iova(ulong.MaxValue),
        ["range"] = new IovaRange(new(1), 2),
        ["segment"] = new DmaSegment(new(1), 2),
        ["span"] = new DmaSpan(1, 2),
        ["pad"] = new IommuPad(1, 2),
        ["bounce"] = new BounceSlots(1, 2, 3),
        ["layout"] = new IovaSpaceLayout(
            new(1), new(2), 3, IovaPolicy.RoundRobin, IovaAlignment.Granule, IovaReuse.Lazy)
        {
            Reserved = [new(new(4), 5)],
        },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Value_comes_back_byte_for_byte(string name)
    {
        var bytes = _serializer.SerializeToArray(Values[name]);

        var back = _serializer.Deserialize<object>(bytes);

        Assert.IsType(Values[name].GetType(), back);
        Assert.Equal(bytes, _serializer.SerializeToArray(back));
    }
}
