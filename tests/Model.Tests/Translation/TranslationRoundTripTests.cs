using DmaGrains.Model.Buffers;
using DmaGrains.Model.Translation;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace DmaGrains.Model.Tests.Translation;

/// <summary>What is stored and sent comes back as it was: bytes, object, the same bytes.</summary>
public sealed class TranslationRoundTripTests
{
    private static readonly Serializer _serializer =
        new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    private static readonly DmaMapRequest _request = new(
        new("frame", 1), "gpu", "own", "bus", new(new("frame", 2), ["ram"], [new(3, 4)], new(5, 6, 7)), 8,
        new(9, 10, 11), new(12, 13, 14), 15)
    {
        ChecksCount = true,
        Options = MapOptions.OwnSpace,
        Space = "a1",
    };

    private static readonly DmaMapped _mapped = new([new("own", 4096, new(new(1), 2), 3) { IsLazy = true, Space = "frame/a1" }], [new(4, new(5, 6, 7), new(8))])
    {
        IsPerContext = true,
    };

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
        ["stage"] = new IommuStage("smmu", new(new(1), new(2), 3)) { Owner = StageOwner.Driver, ContextCount = 4 },
        ["request"] = _request,
        ["request without pages"] = _request.WithoutPages(),
        ["mapped"] = _mapped,
        ["nothing mapped"] = DmaMapped.Nothing,
        ["bounced"] = new BouncedEntry(1, new(2, 3, 4), new(5)),
        ["iova state"] = new IovaSpaceState(1, 2, [new(new(3), 4)], new(5, null, 6), ["nic"], [new(1, 0, [7, 8])]),
        ["iova search"] = new IovaSearch(null, 3, null),
        ["iova cache"] = new IovaMagazine(5, 2, [64, 32]),
        ["pool state"] = new SwiotlbPoolState(1, 2, 3),
        ["pool state of areas"] = new SwiotlbPoolState(1, 2, 3).WithNext(1, 4).WithNext(3, 5),
        ["translation state"] = new DmaTranslationState(
            [new IommuStageState(1, [new(1, 2, [])])], [HeldMapping.Of(_request, _mapped)], new(1, 2, 3)),
        ["translation state with pools of some devices"] = new DmaTranslationState([], [], null, [new(1, 2, 3), new(4, 5, 6)]),
        ["empty translation state"] = new DmaTranslationState([], [], null),
    };

    [Fact]
    public void Request_that_comes_back_is_a_repeat() => Assert.True(
        _serializer.Deserialize<DmaMapRequest>(_serializer.SerializeToArray(_request.WithoutPages()))!.IsRepeatOf(_request));

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
