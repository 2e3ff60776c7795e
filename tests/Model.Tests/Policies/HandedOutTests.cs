using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Tests.Boards;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Policies;

/// <summary>Lists that are handed to whoever asks, with the DMA addresses of one device in them.</summary>
public sealed class HandedOutTests
{
    private const ulong Size = 100_000;

    private static readonly ExporterPolicy _own = NamedPolicies.Find("own-addresses")!;

    private static readonly string[] _exporters = ["vop", "wide", "gpu", "stacked", "isp"];

    private static readonly ExporterPolicy _shared = NamedPolicies.Find("shared-list")!;

    [Theory]
    [InlineData("wide", "vop", "Iommu", "walks 0x")]
    [InlineData("vop", "wide", "Iommu", "the DMA address of vop behind smmu; wide is without an MMU")]
    [InlineData("vop", "gpu", "Iommu", "gpu is behind gart")]
    [InlineData("isp", "stacked", "Iommu", "stacked is behind narrow and smmu")]
    [InlineData("wide", "ttm", "BusMmu", "ttm is behind smmu")]
    [InlineData("wide", "low", "DmaMask", "low was handed the list that was mapped for wide: low reaches addresses up to 0xfffff; ")]
    [InlineData("wide", "nic", null, "")]
    [InlineData("isp", "ttm", null, "")]
    [InlineData("wide", "wide", null, "")]
    public void A_list_made_for_one_device_is_a_hazard_for_another_that_would_have_got_other_addresses(
        string maker, string other, string? field, string saying)
    {
        var shared = MappedBoard.With(Size, _shared).After(Attach(maker), Map(maker), Attach2(other), Map2(other));
        var exported = ExportedBy(maker).After(Attach2(other), Map2(other));

        foreach (var (board, kind) in new[] { (shared, HazardKind.SharedAddresses), (exported, HazardKind.ExportersAddresses) })
        {
            var hazards = board.FrameOf().Hazards.Where(hazard => hazard.Kind is HazardKind.SharedAddresses or HazardKind.ExportersAddresses).ToList();
            Assert.Equal(field is null ? [] : [(kind, other, field)], hazards.Select(hazard => (hazard.Kind, hazard.Importer, hazard.Field)));
            Assert.All(hazards, hazard => Assert.Contains(saying, hazard.Reason, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(0x8000000UL, 0xc0000000UL, "Windows")]
    [InlineData(0x8000000UL, 0x8000000UL, null)]
    [InlineData(0x9000000UL, 0xc0000000UL, "Windows")]
    public void Windows_of_a_bus_make_other_addresses_of_the_same_memory(ulong cpu, ulong bus, string? field)
    {
        // The area lies from 0x8000000 on; through a window elsewhere the device would not reach it at all.
        var definition = MappedBoard.Definition with
        {
            Devices = MappedBoard.Definition.Devices.Add(
                new("windowed", new(uint.MaxValue, 0, 0)) { Windows = new(new DmaWindow(cpu, bus, 0x100000)) }),
        };
        var board = Board.Create(definition).Value.Export(new(Frame, Size) { Policy = _shared, Memory = new("cma") }).Next
            .After(Attach("wide"), Map("wide"), Attach("windowed"), Map("windowed"));

        var hazards = board.FrameOf().Hazards.Where(hazard => hazard.Kind == HazardKind.SharedAddresses);
        Assert.Equal(field is null ? [] : [field], hazards.Select(hazard => hazard.Field));
        Assert.Single(Walked(board).Distinct());
    }

    [Fact]
    public void Everybody_walks_what_the_first_mapper_got_until_the_last_has_unmapped()
    {
        var mapped = MappedBoard.With(Size, _shared).After(Attach("vop"), Attach("wide"), Map("vop"), Map("wide"));

        Assert.Single(Walked(mapped).Distinct());
        var left = mapped.After(Unmap("vop"), Detach("vop"));
        Assert.Equal(Walked(mapped)[0], Assert.Single(Walked(left)));
        Assert.Single(left.Translation.Held);

        var anew = left.After(Unmap("wide"));
        Assert.Empty(anew.Translation.Held);
        Assert.Empty(anew.After(new DmaCommand.Map("again", "wide", 0)).Translation.Held);
    }

    [Fact]
    public void The_exporter_that_hands_its_own_addresses_out_maps_for_itself_whoever_comes()
    {
        var mapped = ExportedBy("vop").After(Attach("wide"), Map("wide"));

        var mapping = Assert.Single(mapped.FrameOf().Mappings);
        Assert.Equal(("vop", "smmu"), (mapping.Addresses!.Device, mapping.Mapped!.Stages[0].Stage));
        Assert.Empty(mapped.After(Unmap("wide"), Detach("wide"), Release()).Translation.Held);
    }

    [Fact]
    public void The_exporter_that_does_not_reach_its_own_memory_refuses_with_EIO()
    {
        // 2 MiB is more than there is below low's limit; whoever attaches, it is low that cannot map it.
        var attached = ExportedBy("low", 2 << 20).After(Attach("wide"));

        var refusal = attached.RefusalOf(Map("wide"));

        Assert.Equal((Errno.EIO, "low", "DmaMask"), (refusal.Errno, refusal.Importer, refusal.Field));
    }

    [Fact]
    public void A_heap_hands_out_physical_addresses()
    {
        var mapped = MappedBoard.With(Size, _own).After(Attach("vop"), Map("vop")).FrameOf();

        Assert.Equal(mapped.Storage!.Extents[0].Address.Value, mapped.Mappings[0].ToSegments()[0].Address.Value);
        Assert.Contains(mapped.Hazards, hazard => hazard.Kind == HazardKind.ExportersAddresses);
    }

    [Fact]
    public void A_map_that_takes_no_copy_is_refused_a_list_that_has_some()
    {
        var bouncing = _shared with { Constraints = ConstraintModel.None, Bouncing = true };
        var mapped = MappedBoard.With(Size, bouncing).After(Attach("wide"), Map("wide"), Unmap("wide"), Attach("low"), Map("low"));

        var refusal = mapped.RefusalOf(new DmaCommand.Map("wide", "wide", 0) { Options = MapOptions.NoBounce });

        Assert.Equal((Errno.EIO, "wide", "Options"), (refusal.Errno, refusal.Importer, refusal.Field));
        var (bounces, both) = (mapped.FrameOf().Costs.Bounces, mapped.After(new DmaCommand.Map("again", "wide", 0)));
        Assert.Equal(bounces, both.FrameOf().Costs.Bounces);
        Assert.NotEqual(0UL, bounces);
    }

    [Fact]
    public void One_list_has_one_set_of_addresses_whoever_maps_and_unmaps_it_in_whatever_order() =>
        Gen.Select(
            Gen.OneOf(Gen.Const(_own), Gen.Const(_shared)),
            Gen.Int[0, 4].Select(index => _exporters[index]),
            Gen.Select(Gen.Int[0, 4], Gen.Bool).Array[1, 24]).Sample((policy, exporter, steps) =>
        {
            string[] devices = ["vop", "wide", "gpu", "stacked", "nic"];
            var board = MappedBoard.Create().Export(new(Frame, Size, exporter) { Policy = policy with { Constraints = ConstraintModel.None } }).Next;
            board = board.After([.. devices.Select(Attach)]);
            foreach (var (index, isMap) in steps)
            {
                var name = devices[index];
                board = board.Execute(Frame, isMap ? Map(name) : Unmap(name)).Next;
                board.AssertInvariants();
                Assert.True(Walked(board).Distinct().Count() <= 1);
                Assert.True(board.Translation.Held.Count() <= 1);
            }

            foreach (var mapping in board.FrameOf().Mappings)
            {
                board = board.After(new DmaCommand.Unmap(mapping.Name));
            }

            Assert.Empty(board.Translation.Held);
        });

    private static List<string> Walked(Board board) =>
        [.. board.FrameOf().Mappings.Select(mapping => string.Join(" ", mapping.ToSegments()))];

    private static Board ExportedBy(string device, ulong size = Size) =>
        MappedBoard.Create().Export(new(Frame, size, device) { Policy = _own }).Next;

    private static DmaCommand.Attach Attach2(string device) => new DmaCommand.Attach("second", device);

    private static DmaCommand.Map Map2(string _) => new DmaCommand.Map("second", "second", DmaDirection.Bidirectional);
}
