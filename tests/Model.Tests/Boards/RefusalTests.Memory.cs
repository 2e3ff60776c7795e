using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;
using static DmaGrains.Model.Tests.Boards.MappedBoard;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Boards;

/// <content>Of named memory, raw access, the CPU and options of a map.</content>
public sealed partial class RefusalTests
{
    private static readonly ExporterPolicy _refuseAny = new() { LateAttach = LateAttach.RefuseAny };

    private static readonly ExporterPolicy _bouncing = new() { Constraints = ConstraintModel.None, Bouncing = true };

    private static readonly RefusalCase[] _namedExports =
    [
        new("export an unknown policy", Errno.EINVAL, null, "Policy", () =>
            Refused(Named("ram", "ram") with { Policy = new() { Lists = (ListSharing)9 }, Lines = new(0, 1, 1) })),
        new("export lines of no height", Errno.EINVAL, null, "Lines", () => Refused(Named("ram", "ram") with { Lines = new(0, 1, 1) })),
        new("export lines of no bytes", Errno.EINVAL, null, "Lines", () => Refused(Named() with { Lines = new(1, 0, 1) })),
        new("export lines that overlap", Errno.EINVAL, null, "Lines", () => Refused(Named() with { Lines = new(1, 2, 1) })),
        new("export lines that end behind it", Errno.EINVAL, null, "Lines", () => Refused(Named() with { Lines = new(2, 1, 1) })),
        new("export from too many regions", Errno.ENOSPC, null, "Memory", () =>
            Refused(Named([.. Enumerable.Repeat("ghost", 65)]) with { Exporter = "ghost" })),
        new("export from a region twice", Errno.EINVAL, null, "Memory", () =>
            Refused(Named("cma", "cma") with { Exporter = "ghost" })),
        new("export from an unknown region by nobody we know", Errno.ENODEV, "ghost", "Exporter", () =>
            Refused(Named("rom") with { Exporter = "ghost" })),
        new("export from an unknown region under a used name", Errno.EINVAL, null, "Memory", () =>
            MappedBoard.With(1).Export(Named("rom")).Reply.Refusal),
        new("export from the bounce pool", Errno.EINVAL, null, "Memory", () => Refused(Named("pool"))),
        new("export from pages and no pages together", Errno.ENOMEM, null, "SizeBytes", () => Refused(Named("splash", "cma") with
        {
            SizeBytes = 300 * 4096,
            Policy = new() { Allocation = AllocationTime.AtExport },
        })),
        new("export from other memory", Errno.EEXIST, null, "Name", () => MappedBoard.With(1).Export(Named("ram")).Reply.Refusal),
        new("export more than the named memory has", Errno.ENOMEM, null, "SizeBytes", () => Refused(Named("splash") with
        {
            SizeBytes = (64 * 4096) + 1,
            Policy = new() { Allocation = AllocationTime.AtExport },
        })),
    ];

    private static readonly RefusalCase[] _memoryAttaches =
    [
        new("attach to a revoked buffer what no list can hold", Errno.EINVAL, "few", "MaxSegmentSize", () =>
            SmallBoard.With(12288).After(new DmaCommand.Revoke()).RefusalOf(Attach("few"))),
        new("attach to opaque memory what has nothing in common", Errno.EINVAL, "wide", "SegmentBoundaryMask", () =>
            Posted("secure").RefusalOf(Attach("wide"))),
        new("attach to memory without pages what has nothing in common", Errno.EINVAL, "ttm", "SegmentBoundaryMask", () =>
            Posted("vram").RefusalOf(Attach("ttm"))),
        new("attach to a peer's memory what has nothing in common", Errno.EINVAL, "wide", "SegmentBoundaryMask", () =>
            Posted("vram").RefusalOf(Attach("wide"))),
        new("attach what no list can hold while it is mapped", Errno.EINVAL, "few", "MaxSegmentSize", () =>
            SmallBoard.Create().Export(new(Frame, 12288) { Policy = _refuseAny }).Next.After(Attach("gpu"), Map("gpu")).RefusalOf(Attach("few"))),
        new("attach who makes the pages one run that another cannot cut", Errno.EINVAL, "run", "MaxSegmentCount", () =>
            OwnLists("gaps").RefusalOf(Attach("run"))),
        new("attach who cannot cut the one run that another takes", Errno.EINVAL, "gaps", "MaxSegmentCount", () =>
            OwnLists("run").RefusalOf(Attach("gaps"))),
        new("attach with more lines than segments to a peer's memory", Errno.EINVAL, "capture", "MaxSegmentCount", () =>
            MappedBoard.With(49, null, "vram", new(49, 1, 1)).RefusalOf(Attach("capture"))),
        new("attach to revoked memory that is opaque", Errno.ENODEV, "wide", "Buffer", () =>
            In("secure").After(new DmaCommand.Revoke()).RefusalOf(Attach("wide"))),
        new("attach an untrusted device", Errno.EPERM, "ttm", "Trusted", () => In("secure").RefusalOf(Attach("ttm"))),
        new("attach who needs struct pages", Errno.EINVAL, "ttm", "NeedsStructPage", () => In("vram").RefusalOf(Attach("ttm"))),
        new("attach who takes no peer's memory", Errno.EOPNOTSUPP, "wide", "PeerToPeer", () => In("vram").RefusalOf(Attach("wide"))),
        new("attach who takes no peer's memory while it is mapped", Errno.EOPNOTSUPP, "wide", "PeerToPeer", () =>
            MappedBoard.With(1, _refuseAny, "vram").After(Attach("nic"), Map("nic")).RefusalOf(Attach("wide"))),
        new("attach while it is mapped", Errno.EBUSY, "low", "Mappings", () =>
            MappedBoard.With(1, _refuseAny).After(Attach("wide"), Map("wide")).RefusalOf(Attach("low"))),
        new("attach with more lines than segments", Errno.EINVAL, "capture", "MaxSegmentCount", () =>
            MappedBoard.With(49, null, null, new(49, 1, 1)).RefusalOf(Attach("capture"))),
    ];

    private static readonly RefusalCase[] _mapOptions =
    [
        new("map unknown options", Errno.EINVAL, null, "Options", () =>
            In("ram").RefusalOf(MapWith("ghost", (MapOptions)16))),
        new("map revoked device memory", Errno.ENODEV, "farnic", "Buffer", () =>
            In("vram").After(Attach("farnic"), new DmaCommand.Revoke()).RefusalOf(MapWith("farnic", MapOptions.OwnSpace))),
        new("map device memory that no bus leads to", Errno.EREMOTEIO, "farnic", "PeerBus", () =>
            In("vram").After(Attach("farnic")).RefusalOf(MapWith("farnic", MapOptions.OwnSpace))),
        new("map coherently what does not snoop", Errno.EOPNOTSUPP, "wide", "Coherent", () =>
            In("ram").After(Attach("wide")).RefusalOf(MapWith("wide", MapOptions.RequireCoherent | MapOptions.OwnSpace))),
        new("map without a flush where no driver owns tables", Errno.EOPNOTSUPP, "wide", "Options", () =>
            In("ram").After(Attach("wide")).RefusalOf(MapWith("wide", MapOptions.DeferFlush))),
        new("map in a space of its own where there is none", Errno.EOPNOTSUPP, "nic", "Options", () =>
            In("ram").After(Attach("nic")).RefusalOf(MapWith("nic", MapOptions.RequireCoherent | MapOptions.OwnSpace))),
        new("map in a space of its own when no context is free", Errno.ENOSPC, "gpu", "ContextCount", () =>
            In("ram").After(Attach("gpu"), new DmaCommand.Attach("other", "gpu"), MapWith("gpu", MapOptions.OwnSpace)).RefusalOf(
                new DmaCommand.Map("m", "other", DmaDirection.ToDevice) { Options = MapOptions.OwnSpace })),
        new("map without a copy out of reach", Errno.EIO, "low", "DmaMask", () =>
            MappedBoard.With(1, _bouncing).After(Attach("wide"), Map("wide"), Attach("low")).RefusalOf(MapWith("low", MapOptions.NoBounce))),
        new("map more of the named memory than there is", Errno.ENOMEM, null, "SizeBytes", () =>
            MappedBoard.With((64 * 4096) + 1, null, "splash").After(Attach("wide")).RefusalOf(Map("wide"))),
        new("map named memory out of reach", Errno.EIO, "low", "DmaMask", () =>
            In("splash").After(Attach("wide"), Attach("low")).RefusalOf(Map("wide"))),
        new("map through an MMU of the DMA API that is full", Errno.ENOMEM, "vop", "LengthBytes", () =>
            MappedBoard.With(1, null, null).SetDevice(new("vop", null) { RequiresContiguous = true, Iommu = "narrow", DmaMask = 0x1fff }).Next
                .After(Attach("vop"), Map("vop")).RefusalOf(new DmaCommand.Map("again", "vop", default))),
        new("map through an MMU of a driver that is full", Errno.ENOSPC, "gpu", "LengthBytes", () =>
            MappedBoard.With(1).SetDevice(new("gpu", new(uint.MaxValue, 0, 0)) { Iommu = "gart", DmaMask = 0x1fff }).Next
                .After(Attach("gpu"), Map("gpu")).RefusalOf(new DmaCommand.Map("again", "gpu", default))),
        new("map lines that take too many segments", Errno.EINVAL, "capture", "MaxSegmentCount", () =>
            MappedBoard.With(48 * 1000, new() { Lists = ListSharing.Own }, null, new(48, 1000, 1000))
                .After(Attach("wide"), Map("wide"), Attach("capture")).RefusalOf(Map("capture"))),
    ];

    private static readonly RefusalCase[] _rawAccesses =
    [
        new("get a list under no name", Errno.EINVAL, null, "Mapping", () =>
            In("splash").RefusalOf(new DmaCommand.GetScatterlist("a/b", "ghost"))),
        new("get a list under a used name", Errno.EEXIST, null, "Mapping", () =>
            In("ram").After(Attach("wide"), Map("wide")).RefusalOf(new DmaCommand.GetScatterlist("wide", "ghost"))),
        new("get a list for nobody", Errno.EINVAL, null, "Attachment", () => In("splash").RefusalOf(GetScatterlist("wide"))),
        new("get a list of memory without pages", Errno.EINVAL, "wide", "Access", () =>
            In("splash").After(Attach("wide")).RefusalOf(GetScatterlist("wide"))),
        new("get frame numbers of opaque memory", Errno.EINVAL, "gpu", "Access", () =>
            In("secure").After(Attach("gpu")).RefusalOf(GetPfns("gpu"))),
        new("put a list that was not got", Errno.EINVAL, null, "Mapping", () =>
            In("ram").RefusalOf(new DmaCommand.PutScatterlist("wide"))),
        new("put frame numbers that are a list", Errno.EINVAL, null, "Mapping", () =>
            In("ram").After(Attach("wide"), GetScatterlist("wide")).RefusalOf(new DmaCommand.PutPfns("wide"))),
        new("unmap a raw list", Errno.EINVAL, null, "Mapping", () =>
            In("ram").After(Attach("wide"), GetScatterlist("wide")).RefusalOf(Unmap("wide"))),
        new("put a list that is mapped", Errno.EBUSY, "wide", "Mapping", () =>
            In("ram").After(Attach("wide"), GetScatterlist("wide"), MapRaw("wide")).RefusalOf(new DmaCommand.PutScatterlist("wide"))),
        new("put frame numbers that are mapped", Errno.EBUSY, "wide", "Mapping", () =>
            In("ram").After(Attach("wide"), GetPfns("wide"), MapRaw("wide")).RefusalOf(new DmaCommand.PutPfns("wide"))),
        new("map raw access under no name", Errno.EINVAL, null, "Mapping", () =>
            In("ram").RefusalOf(new DmaCommand.MapRaw("a/b", "ghost", _none))),
        new("map raw access in no direction", Errno.EINVAL, null, "Direction", () =>
            In("ram").RefusalOf(new DmaCommand.MapRaw("raw", "ghost", _none))),
        new("map raw access with unknown options", Errno.EINVAL, null, "Options", () =>
            In("ram").RefusalOf(MapRaw("ghost", (MapOptions)(1 << 30)))),
        new("map raw access under a used name", Errno.EEXIST, null, "Mapping", () =>
            In("ram").After(Attach("wide"), Map("wide")).RefusalOf(new DmaCommand.MapRaw("wide", "ghost", default))),
        new("map other raw access under a used name", Errno.EEXIST, null, "Mapping", () =>
            In("ram").After(Attach("wide"), GetPfns("wide"), new DmaCommand.GetPfns("more", "wide"), MapRaw("wide"))
                .RefusalOf(new DmaCommand.MapRaw("raw", "more", DmaDirection.Bidirectional))),
        new("map raw access that nobody took", Errno.EINVAL, null, "Raw", () => In("ram").After(Attach("wide")).RefusalOf(MapRaw("wide"))),
        new("map raw access of no name", Errno.EINVAL, null, "Raw", () => In("ram").RefusalOf(MapRaw(null!))),
        new("map a mapping as raw access", Errno.EINVAL, "wide", "Raw", () =>
            In("ram").After(Attach("wide"), Map("wide")).RefusalOf(MapRaw("wide"))),
        new("map a raw list twice", Errno.EBUSY, "wide", "Raw", () =>
            In("ram").After(Attach("wide"), GetScatterlist("wide"), MapRaw("wide"), new DmaCommand.Revoke())
                .RefusalOf(new DmaCommand.MapRaw("again", "wide", default))),
        new("map raw access to a revoked buffer", Errno.ENODEV, "farnic", "Buffer", () =>
            In("vram").After(Attach("farnic"), GetPfns("farnic"), new DmaCommand.Revoke()).RefusalOf(MapRaw("farnic", MapOptions.OwnSpace))),
        new("map raw access that no bus leads to", Errno.EREMOTEIO, "farnic", "PeerBus", () =>
            In("vram").After(Attach("farnic"), GetPfns("farnic")).RefusalOf(MapRaw("farnic", MapOptions.OwnSpace))),
        new("map raw access coherently that does not snoop", Errno.EOPNOTSUPP, "wide", "Coherent", () =>
            In("ram").After(Attach("wide"), GetPfns("wide")).RefusalOf(MapRaw("wide", MapOptions.RequireCoherent | MapOptions.OwnSpace))),
        new("map raw access out of reach", Errno.EIO, "low", "DmaMask", () =>
            MappedBoard.With(1, _bouncing).After(Attach("wide"), Map("wide"), Attach("low"), GetPfns("low"))
                .RefusalOf(MapRaw("low", MapOptions.NoBounce))),
        new("map raw lines that take too many segments", Errno.EINVAL, "capture", "MaxSegmentCount", () =>
            MappedBoard.With(48 * 1000, new() { Lists = ListSharing.Own }, null, new(48, 1000, 1000))
                .After(Attach("wide"), Map("wide"), Attach("capture"), GetPfns("capture")).RefusalOf(MapRaw("capture"))),
    ];

    private static readonly RefusalCase[] _cpuAccesses =
    [
        new("begin CPU access under no name", Errno.EINVAL, null, "Access", () => Revoked().RefusalOf(Begin("a/b", _none))),
        new("begin CPU access in no direction", Errno.EINVAL, null, "Direction", () => Revoked().RefusalOf(Begin("a", _none))),
        new("begin CPU access to a revoked buffer", Errno.ENODEV, "cpu", "Buffer", () => Revoked().RefusalOf(Begin("a", default))),
        new("begin CPU access to opaque memory", Errno.EINVAL, null, "Memory", () => In("secure").RefusalOf(Begin("a", default))),
        new("begin CPU access before there is storage", Errno.EINVAL, null, "Storage", () => In("ram").RefusalOf(Begin("a", default))),
        new("begin CPU access under a used name", Errno.EEXIST, null, "Access", () =>
            Begun(1).RefusalOf(Begin("a0", DmaDirection.ToDevice))),
        new("begin one CPU access too many", Errno.ENOSPC, null, "Access", () => Begun(64).RefusalOf(Begin("a64", default))),
        new("end CPU access that was not begun", Errno.EINVAL, null, "Access", () => Begun(1).RefusalOf(End("a1"))),
        new("touch stolen memory", Errno.EINVAL, null, "Memory", () => In("stolen").RefusalOf(Touch("a", default))),
        new("touch a revoked buffer", Errno.ENODEV, "cpu", "Buffer", () => Revoked().RefusalOf(Touch("a", default))),
    ];

    private static readonly RefusalCase[] _contexts =
    [
        new("switch the context of no device", Errno.ENODEV, "ghost", "Device", () => MappedBoard.Create().SwitchContext("ghost", 0).Reply),
        new("switch the context of a device without an MMU", Errno.EINVAL, "wide", "Iommu", () =>
            MappedBoard.Create().SwitchContext("wide", 0).Reply),
    ];

    private static readonly RefusalCase[] _definitions =
    [
        new("define a device behind no MMU of the board", Errno.EINVAL, "wide", "Iommu", () =>
            Defined(new("wide", null) { Iommu = "ghost", BusMmu = "ghost" })),
        new("define a device behind no MMU of the board on its bus", Errno.EINVAL, "wide", "BusMmu", () =>
            Defined(new("wide", null) { Iommu = "gart", BusMmu = "ghost" })),
        new("define a device behind an MMU twice", Errno.EINVAL, "wide", "BusMmu", () =>
            Defined(new("wide", null) { Iommu = "gart", BusMmu = "gart" })),
        new("define a second device behind a driver's MMU", Errno.EBUSY, null, "Owner", () =>
            Defined(new("wide", null) { Iommu = "gart" })),
        new("define a driver's MMU below another", Errno.EBUSY, "gpu", "Owner", () =>
            Defined(new("gpu", null) { Iommu = "narrow", BusMmu = "gart" })),
    ];

    /// <summary>What defining the board with another device in the place of one of its own answers.</summary>
    private static Refusal? Defined(Device device) => Board.Create(MappedBoard.Definition with
    {
        Devices = [.. MappedBoard.Definition.Devices.Select(known => known.Name == device.Name ? device : known)],
    }).Refusal;

    private static BufferExport Named(params string[] regions) => new(Frame, 1) { Memory = new(regions) };

    private static DmaCommand.Map MapWith(string device, MapOptions options) =>
        new(device, device, DmaDirection.Bidirectional) { Options = options };

    /// <summary>A board with a buffer of one byte in a region.</summary>
    private static Board In(string region) => MappedBoard.With(1, null, region);

    /// <summary>The same, where 2015's reading leaves a device that states a size the boundary 0.</summary>
    private static Board Posted(string region) =>
        MappedBoard.Create().Export(new(Frame, 1, null, ParameterDefaults.RfcV3) { Memory = new(region) }).Next;

    /// <summary>Lists of their own for one who takes one run, and one whose segments leave gaps in any; one of them is attached.</summary>
    private static Board OwnLists(string attached) => Board.Create(SmallBoard.Definition with
    {
        Devices = [new("run", null) { RequiresContiguous = true }, new("gaps", new(12_288, 9, 0x3fff))],
    }).Value.Export(new(Frame, 100_000) { Policy = new() { Lists = ListSharing.Own } }).Next.After(Attach(attached));

    private static Board Revoked() => In("secure").After(new DmaCommand.Revoke());

    private static Board Begun(int count) => In("ram").After(
        [Attach("wide"), Map("wide"), .. Enumerable.Range(0, count).Select(index => Begin($"a{index}", default))]);

    private static Refusal? Refused(BufferExport export)
    {
        var board = MappedBoard.Create();
        var (next, reply) = board.Export(export);
        Assert.Same(board, next);
        return reply.Refusal;
    }
}
