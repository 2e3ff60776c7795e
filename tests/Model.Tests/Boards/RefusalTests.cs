using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Tests.Shared;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Boards;

/// <summary>Every refusal of every operation, and that the first failing check decides.</summary>
public sealed partial class RefusalTests
{
    private const ulong MiB = 1 << 20;

    private static readonly DmaDirection _none = (DmaDirection)3;

    private static readonly RefusalCase[] _exports =
    [
        new("export a bad name, size and getters", Errno.EINVAL, null, "Buffer", () =>
            ExportOf(new("a/b", 0, "ghost", (ParameterDefaults)9))),
        new("export no name", Errno.EINVAL, null, "Buffer", () => ExportOf(new(null!, 1))),
        new("export no bytes", Errno.EINVAL, null, "SizeBytes", () => ExportOf(new("a", 0, "a/b", (ParameterDefaults)9))),
        new("export by what is not a name", Errno.EINVAL, null, "Exporter", () => ExportOf(new("a", 1, "a/b", (ParameterDefaults)9))),
        new("export 2^63 bytes", Errno.EINVAL, null, "SizeBytes", () => ExportOf(new("a", 1UL << 63))),
        new("export 2^64-1 bytes", Errno.EINVAL, null, "SizeBytes", () => ExportOf(new("a", ulong.MaxValue))),
        new("export unknown getters", Errno.EINVAL, null, "Getters", () =>
            ExportOf(new("a", 1, "ghost", (ParameterDefaults)9))),
        new("export getters that contradict the policy", Errno.EINVAL, null, "Getters", () =>
            ExportOf(new("a", 1, "ghost", ParameterDefaults.V61) { Policy = NamedPolicies.Find("as-posted")!, Lines = new(0, 1, 1) })),
        new("export by nobody we know", Errno.ENODEV, "ghost", "Exporter", () => ExportOf(new(Frame, 1, "ghost"))),
        new("export another size", Errno.EEXIST, null, "Name", () => ExportOf(new(Frame, 2))),
        new("export another exporter", Errno.EEXIST, null, "Name", () => ExportOf(new(Frame, 1, "gpu"))),
        new("export other getters", Errno.EEXIST, null, "Name", () => ExportOf(new(Frame, 1, null, ParameterDefaults.Direct))),
        new("export over a released one in use", Errno.EEXIST, null, "Name", () =>
            With(1).After(Attach("gpu"), Release()).Export(new(Frame, 2)).Reply.Refusal),
    ];

    private static readonly RefusalCase[] _attaches =
    [
        new("attach to no buffer", Errno.ENOENT, null, "Buffer", () => Create().RefusalOf(Attach("ghost"))),
        new("attach a bad name", Errno.EINVAL, null, "Attachment", () =>
            Released().RefusalOf(new DmaCommand.Attach("a/b", "ghost"))),
        new("attach a used name", Errno.EEXIST, null, "Attachment", () =>
            Released().RefusalOf(new DmaCommand.Attach("gpu", "ghost"))),
        new("attach to a released buffer", Errno.EBADF, null, "Buffer", () => Released().RefusalOf(Attach("ghost"))),
        new("attach to a gone buffer", Errno.EBADF, null, "Buffer", () =>
            With(1).After(Release()).RefusalOf(Attach("gpu"))),
        new("attach no device", Errno.ENODEV, "ghost", "Device", () => With(1).RefusalOf(Attach("ghost"))),
        new("attach a size of 0", Errno.EINVAL, "windowed", "MaxSegmentSize", () =>
            With(1, ParameterDefaults.Direct).RefusalOf(Attach("windowed"))),
        new("attach a count of 0", Errno.EINVAL, "gpu", "MaxSegmentCount", () =>
            With(1, ParameterDefaults.Direct).RefusalOf(Attach("gpu"))),
        new("attach a mask of 0", Errno.EINVAL, "wide", "SegmentBoundaryMask", () =>
            With(1, ParameterDefaults.RfcV3).RefusalOf(Attach("wide"))),
        new("attach too small segments", Errno.EINVAL, "narrow", "MaxSegmentSize", () =>
            With(MiB).After(Attach("wide")).RefusalOf(Attach("narrow"))),
        new("attach too few segments", Errno.EINVAL, "wide", "MaxSegmentCount", () =>
            With(MiB).After(Attach("narrow")).RefusalOf(Attach("wide"))),
        new("attach too small windows", Errno.EINVAL, "windowed", "SegmentBoundaryMask", () =>
            With(8 * MiB).After(Attach("wide")).RefusalOf(Attach("windowed"))),
        new("attach what only the product covers", Errno.EINVAL, "few", "MaxSegmentSize", () =>
            With(12288).RefusalOf(Attach("few"))),
        new("attach what no list can hold", Errno.EINVAL, "pageless", "SegmentBoundaryMask", () =>
            With(513).RefusalOf(Attach("pageless"))),
        new("attach smaller segments late", Errno.EBUSY, "narrow", "MaxSegmentSize", () =>
            Mapped(MiB / 2).RefusalOf(Attach("narrow"))),
        new("attach fewer segments late", Errno.EBUSY, "display", "MaxSegmentCount", () =>
            Mapped(MiB / 2).RefusalOf(Attach("display"))),
        new("attach smaller windows late", Errno.EBUSY, "windowed", "SegmentBoundaryMask", () =>
            Mapped(MiB / 32).RefusalOf(Attach("windowed"))),
        new("attach an unrepresentable device late", Errno.EINVAL, "few", "MaxSegmentSize", () =>
            Mapped(MiB / 32).RefusalOf(Attach("few"))),
    ];

    private static readonly RefusalCase[] _detaches =
    [
        new("detach from no buffer", Errno.ENOENT, null, "Buffer", () => Create().RefusalOf(Detach("gpu"))),
        new("detach nobody", Errno.EINVAL, null, "Attachment", () => With(1).RefusalOf(Detach("gpu"))),
        new("detach no name", Errno.EINVAL, null, "Attachment", () => With(1).RefusalOf(Detach(null!))),
        new("detach twice", Errno.EINVAL, null, "Attachment", () =>
            With(1).After(Attach("gpu"), Detach("gpu")).RefusalOf(Detach("gpu"))),
        new("detach while mapped", Errno.EBUSY, "gpu", "Attachment", () => Mapped(1).RefusalOf(Detach("gpu"))),
    ];

    private static readonly RefusalCase[] _maps =
    [
        new("map no buffer", Errno.ENOENT, null, "Buffer", () => Create().RefusalOf(Map("gpu"))),
        new("map a bad name", Errno.EINVAL, null, "Mapping", () =>
            Mapped(1).RefusalOf(new DmaCommand.Map("a/b", "ghost", _none))),
        new("map a bad direction", Errno.EINVAL, null, "Direction", () =>
            Mapped(1).RefusalOf(new DmaCommand.Map("gpu", "ghost", _none))),
        new("map a used name", Errno.EEXIST, null, "Mapping", () =>
            Mapped(1).RefusalOf(new DmaCommand.Map("gpu", "ghost", DmaDirection.Bidirectional))),
        new("map a used name the other way", Errno.EEXIST, null, "Mapping", () =>
            Mapped(1).RefusalOf(new DmaCommand.Map("gpu", "gpu", DmaDirection.ToDevice))),
        new("map nobody", Errno.EINVAL, null, "Attachment", () => With(1UL << 62).RefusalOf(Map("gpu"))),
        new("map while the storage waits to move", Errno.EAGAIN, "display", "Mappings", () =>
            Create().Export(new(Frame, 2 * 65536) { Policy = new() { LateAttach = LateAttach.Migrate } }).Next
                .After(Attach("gpu"), Map("gpu"), Attach("display")).RefusalOf(Map("display"))),
        new("map, out of reach, where all memory must be named", Errno.ENOMEM, null, "SizeBytes", () =>
            OnlyIn(MemoryKind.Carveout).After(Attach("deaf")).RefusalOf(Map("deaf"))),
        new("map, out of reach, what no list of pages can hold", Errno.EINVAL, null, "MaxSegmentSize", () =>
            OnlyIn(MemoryKind.System, "as-posted").After(Attach("short")).RefusalOf(Map("short"))),
        new("map out of reach", Errno.EIO, "deaf", "DmaMask", () =>
            With(1).After(Attach("gpu"), Attach("deaf")).RefusalOf(Map("gpu"))),
        new("map out of a latecomer's reach", Errno.EIO, "low", "DmaMask", () =>
            Mapped(1).After(Attach("low")).RefusalOf(Map("low"))),
        new("map more than there is", Errno.ENOMEM, null, "SizeBytes", () =>
            With(32 * MiB).After(Attach("gpu")).RefusalOf(Map("gpu"))),
        new("map a range that is not there", Errno.ENOMEM, null, "MaxSegmentCount", () =>
            With(2 * MiB + 1).After(Attach("display")).RefusalOf(Map("display"))),
    ];

    private static readonly RefusalCase[] _unmaps =
    [
        new("unmap no buffer", Errno.ENOENT, null, "Buffer", () => Create().RefusalOf(Unmap("gpu"))),
        new("unmap nothing", Errno.EINVAL, null, "Mapping", () => With(1).After(Attach("gpu")).RefusalOf(Unmap("gpu"))),
        new("unmap no name", Errno.EINVAL, null, "Mapping", () => Mapped(1).RefusalOf(Unmap(null!))),
        new("unmap twice", Errno.EINVAL, null, "Mapping", () => Mapped(1).After(Unmap("gpu")).RefusalOf(Unmap("gpu"))),
        new("release no buffer", Errno.ENOENT, null, "Buffer", () => Create().RefusalOf(Release())),
        new("release no name", Errno.ENOENT, null, "Buffer", () => Create().Execute("a/b", Release()).Reply.Refusal),
    ];

    private static readonly RefusalCase[] _limits =
    [
        new("attach one too many", Errno.ENOSPC, "few", "Attachments", () =>
            FullBuffers.Attached.Apply(Attach("few"), new("few", new(1, 1, 1)), null).Reply.Refusal),
        new("attach no device to a full buffer", Errno.ENODEV, "ghost", "Device", () =>
            FullBuffers.Attached.Apply(Attach("ghost"), null, null).Reply.Refusal),
        new("map one too many", Errno.ENOSPC, null, "Mappings", () =>
            FullBuffers.Mapped.Apply(Map("gpu"), null, null).Reply.Refusal),
        new("map nobody in a full buffer", Errno.EINVAL, null, "Attachment", () =>
            FullBuffers.Mapped.Apply(Map("ghost"), null, null).Reply.Refusal),
    ];

    private static readonly RefusalCase[] _recalculations =
    [
        new("recalculate without a device", Errno.ENODEV, "gpu", "Device", () =>
            Mapped(1).FrameOf().Recalculate(new Dictionary<string, Device>()).Refusal),
        new("recalculate without common constraints", Errno.EINVAL, "posted", "MaxSegmentSize", () =>
            With(1, ParameterDefaults.Direct).After(Attach("posted")).FrameOf().Recalculate(Now("posted", new(0, 2, 0xfff))).Refusal),
        new("recalculate what no list can hold any more", Errno.EINVAL, "gpu", "SizeBytes", () =>
            Mapped(MiB).FrameOf().Recalculate(Now("gpu", new(4096, 1, 0xfff))).Refusal),
    ];

    private static Dictionary<string, Device> Now(string device, DeviceDmaParameters parameters) =>
        new() { [device] = new(device, parameters) };

    private static IEnumerable<RefusalCase> All =>
    [
        .. _exports, .. _attaches, .. _detaches, .. _maps, .. _unmaps, .. _limits, .. _recalculations,
        .. _namedExports, .. _memoryAttaches, .. _mapOptions, .. _rawAccesses, .. _cpuAccesses, .. _contexts, .. _definitions,
    ];

    public static TheoryData<string> Names => [.. All.Select(refused => refused.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Board_refuses_to(string name)
    {
        var refused = All.Single(one => one.Name == name);

        var refusal = refused.Play();

        Assert.Equal(
            (refused.Errno, refused.Importer, refused.Field), (refusal!.Errno, refusal.Importer, refusal.Field));
    }

    [Fact]
    public void Every_errno_is_produced()
    {
        // A board remembers no replies: what came too late is refused by a table of them.
        var late = new DmaCommand.Release { Id = new("caller", 1) };
        var table = ReplyTable.Empty.Remember(late with { Id = new("caller", 2) }, DmaResult.Grant(DmaReply.Exported));

        Assert.Equal(
            Enum.GetValues<Errno>(),
            All.Select(refused => refused.Errno).Append(table.Answer(late)!.Value.Refusal!.Errno).Distinct().Order());
    }

    /// <summary>The board with a buffer of one byte; the refusal must leave it as it is.</summary>
    private static Refusal? ExportOf(BufferExport export)
    {
        var board = With(1);
        var (next, reply) = board.Export(export);
        Assert.Same(board, next);
        return reply.Refusal;
    }

    /// <summary>A buffer on a board whose only memory begins at 4 GiB.</summary>
    private static Board OnlyIn(MemoryKind kind, string policy = "refuse") =>
        Board.Create(Definition with { Memory = [new("high", kind, new(0x100000, 16))] }).Value
            .Export(new(Frame, 1) { Policy = NamedPolicies.Find(policy)! }).Next;

    private static Board Mapped(ulong sizeBytes) => With(sizeBytes).After(Attach("gpu"), Map("gpu"));

    private static Board Released() => With(1).After(Attach("gpu"), Release());
}
