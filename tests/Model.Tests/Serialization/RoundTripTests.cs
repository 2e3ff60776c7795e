using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Tests.Boards;
using DmaGrains.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Serialization;

/// <summary>What is stored and sent comes back as it was: bytes, object, the same bytes.</summary>
public sealed class RoundTripTests
{
    private static readonly Serializer _serializer =
        new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    private static readonly Board _mapped = With(300_001)
        .After(Attach("gpu"), Attach("wide"), Map("gpu"), new DmaCommand.Map("second", "wide", DmaDirection.ToDevice));

    public static TheoryData<string> Names => [.. Values.Keys];

    private static Dictionary<string, object> Values { get; } = new()
    {
        ["constraints"] = new DmaConstraints(1, 2, 3),
        ["parameters"] = new DeviceDmaParameters(1, 2, ulong.MaxValue),
        ["device"] = new Device("gpu", new(1, 2, 3))
        {
            RequiresContiguous = true,
            DmaMask = 4,
            BusDmaLimit = 5,
            NeedsStructPage = true,
            Coherent = true,
            Trusted = true,
            Windows = new(new DmaWindow(6, 7, 8), new DmaWindow(20, 30, 40)),
        },
        ["device without parameters"] = new Device("gpu", null),
        ["board"] = Definition,
        ["region use"] = _mapped.Memory.Describe()[0],
        ["export"] = new BufferExport("frame", long.MaxValue, "gpu", ParameterDefaults.RfcV3),
        ["fresh buffer"] = With(1).FrameOf(),
        ["mapped buffer"] = _mapped.FrameOf(),
        ["released buffer"] = _mapped.After(Release()).FrameOf(),
        ["gone buffer"] = With(1).After(Release()).FrameOf(),
        ["next generation"] = With(1).After(Release()).Export(new(Frame, 2)).Next.FrameOf(),
        ["attachment"] = _mapped.FrameOf().Attachments[0],
        ["mapping"] = _mapped.FrameOf().Mappings[0],
        ["windowed attachment"] = new Attachment("a", "gpu", DmaConstraints.Unconstrained, 3, 4) { Windows = new(new DmaWindow(6, 7, 8)) },
        ["windowed mapping"] = _mapped.FrameOf().Mappings[0] with { Windows = new(new DmaWindow(6, 7, 8)) },
        ["export of named memory"] = new BufferExport("frame", 1) { Memory = new("vram", "stolen"), Lines = new(1, 1, 1) },
        ["buffer in named memory"] = MappedBoard.With(1, null, "vram").FrameOf(),
        ["allocation of named memory"] = MappedBoard.With(1, null, "vram").After(Attach("gpu"), Map("gpu")).Memory.Allocations.Single(),
        ["request"] = new AllocationRequest(new("frame", 1), 2, DmaConstraints.Unconstrained, 3, "gpu")
        {
            Regions = new("vram"),
            Others = new("nic", 4),
            Windowed = new(new WindowedReach("gpu", new(5, new(new DmaWindow(6, 7, 8))))),
            PreferredSegmentSize = 65536,
        },
        ["allocation"] = _mapped.Memory.Allocations.Single(),
        ["extent"] = new PageExtent(1, 1UL << 40),
        ["address"] = new PhysicalAddress(ulong.MaxValue),
        ["entry"] = new SgEntry(1, 2, 3),
        ["granted"] = DmaResult.Grant(new DmaReply(DmaConstraints.Unconstrained, _mapped.FrameOf().Mappings[0])),
        ["refused"] = DmaResult.Refuse<DmaReply>(new(Errno.EINVAL, "gpu", "MaxSegmentCount", 3, 2, "No.")),
        ["undecided"] = default(DmaResult<DmaReply>),
        ["recalculated"] = new RecalculatedUnion(DmaConstraints.Unconstrained, default, "gpu"),
        ["replies"] = ReplyTable.Empty
            .Remember(Map("gpu"), DmaResult.Grant(new DmaReply(default, _mapped.FrameOf().Mappings[0])))
            .Remember(new BufferExport("frame", 4096) { Id = new("exporter", 1) }, DmaResult.Grant(DmaReply.Exported))
            .Remember(Detach("gpu") with { Id = new("gpu", 2) }, DmaResult.Grant(new DmaReply(DmaConstraints.Unconstrained)))
            .Remember(
                Release() with { Id = new("gpu", long.MaxValue) },
                DmaResult.Refuse<DmaReply>(new(Errno.EINVAL, "gpu", "MaxSegmentCount", 3, 2, "No."))),
        ["no replies"] = ReplyTable.Empty,
        ["id"] = new CommandId("gpu", 7),
        ["attach"] = Attach("gpu"),
        ["detach"] = Detach("gpu"),
        ["map"] = new DmaCommand.Map("m", "a", DmaDirection.FromDevice),
        ["map raw"] = new DmaCommand.MapRaw("m", "r", DmaDirection.FromDevice) { Options = MapOptions.NoBounce },
        ["buffer with raw access mapped"] = MappedBoard.With(1).After(Attach("vop"), MappedBoard.GetPfns("vop"), MappedBoard.MapRaw("vop")).FrameOf(),
        ["unmap"] = Unmap("gpu"),
        ["release"] = Release(),
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

    [Theory]
    [InlineData("attach")]
    [InlineData("detach")]
    [InlineData("map")]
    [InlineData("unmap")]
    [InlineData("release")]
    public void Command_comes_back_equal_as_a_command(string name)
    {
        var command = (DmaCommand)Values[name];

        Assert.Equal(command, _serializer.Deserialize<DmaCommand>(_serializer.SerializeToArray(command)));
    }

    [Theory]
    [InlineData("constraints")]
    [InlineData("device")]
    [InlineData("device without parameters")]
    [InlineData("region use")]
    [InlineData("export")]
    [InlineData("export of named memory")]
    [InlineData("request")]
    [InlineData("attachment")]
    [InlineData("entry")]
    [InlineData("refused")]
    [InlineData("recalculated")]
    public void Value_without_collections_comes_back_equal(string name) =>
        Assert.Equal(Values[name], _serializer.Deserialize<object>(_serializer.SerializeToArray(Values[name])));

    [Fact]
    public void Board_definition_comes_back_with_its_memory_and_devices()
    {
        var back = RoundTrip(Definition);

        Assert.Equal((Definition.Name, Definition.Title), (back.Name, back.Title));
        Assert.Equal(Definition.Memory.AsEnumerable(), back.Memory);
        Assert.Equal(Definition.Devices.AsEnumerable(), back.Devices);
        Assert.Null(back.Check());
    }

    [Fact]
    public void Buffer_comes_back_with_everything_and_still_holds_its_invariants()
    {
        var frame = _mapped.After(Release()).FrameOf();

        var back = RoundTrip(frame);

        back.AssertInvariants();
        Assert.Equal(frame.Origin, back.Origin);
        Assert.Equal(frame.Constraints, back.Constraints);
        Assert.Equal(frame.Attachments.AsEnumerable(), back.Attachments);
        Assert.Equal((frame.Token, frame.NextSequence), (back.Token, back.NextSequence));
        Assert.Equal((frame.IsReleased, frame.IsFreed), (back.IsReleased, back.IsFreed));
        Assert.Equal(frame.Storage!.Extents.AsEnumerable(), back.Storage!.Extents);
        Assert.Equal(frame.Mappings[1].ToTable().Entries, back.Mappings[1].ToTable().Entries);
    }

    [Fact]
    public void Buffer_writes_the_storage_that_its_mappings_share_once()
    {
        var back = RoundTrip(_mapped.FrameOf());

        Assert.Equal(2, back.Mappings.Length);
        Assert.All(back.Mappings, mapping => Assert.Same(back.Storage, mapping.Storage));
    }

    [Fact]
    public void Buffer_goes_on_where_it_was_after_a_round_trip()
    {
        var back = RoundTrip(_mapped.FrameOf());

        var again = back.Apply(Map("gpu"), null, null);
        var attached = back.Apply(Attach("windowed"), Definition.Devices[4], null);

        Assert.Same(back, again.Next);
        Assert.Equal(Errno.EBUSY, attached.Reply.Refusal!.Errno);
    }

    [Fact]
    public void Memory_is_restored_from_the_allocations_that_come_back()
    {
        var back = RoundTrip(_mapped.Memory.Allocations.Single());

        var memory = PhysicalMemory.Restore(Definition.Memory, [back]);

        Assert.Equal(_mapped.Memory.Describe().AsEnumerable(), memory.Describe());
        Assert.Same(memory, memory.Allocate(_mapped.Memory.Allocations.Single().Request).Next);
    }

    [Fact]
    public void Replies_are_found_when_they_come_back()
    {
        var back = RoundTrip((ReplyTable)Values["replies"]);

        Assert.Equal(Errno.EINVAL, back.Answer(Release() with { Id = new("gpu", long.MaxValue) })!.Value.Refusal!.Errno);
        Assert.Equal(300_001UL, back.Answer(Map("gpu"))!.Value.Value.Mapping!.ToTable().LengthBytes);
    }

    [Fact]
    public void Undecided_result_still_throws_after_a_round_trip() =>
        Assert.Throws<InvalidOperationException>(() => RoundTrip(default(DmaResult<DmaReply>)).Refusal);

    private static T RoundTrip<T>(T value)
        where T : notnull => _serializer.Deserialize<T>(_serializer.SerializeToArray(value))!;
}
