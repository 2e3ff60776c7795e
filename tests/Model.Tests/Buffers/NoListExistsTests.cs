using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class NoListExistsTests
{
    private const string Frame = "frame";

    private static readonly Gen<DeviceDmaParameters> _parameters = Gen.Select(
        Gen.OneOf(Gen.UInt[1, 20_000], Gen.Const(65536u), Gen.Const(uint.MaxValue)),
        Gen.OneOf(Gen.UInt[1, 40], Gen.Const(0u)),
        Gen.OneOf(Gen.Int[11, 20].Select(bits => (1UL << bits) - 1), Gen.Const(ulong.MaxValue)),
        (size, count, mask) => new DeviceDmaParameters(size, count, mask));

    private static readonly Gen<string> _policy =
        Gen.Int[0, NamedPolicies.All.Length - 1].Select(index => NamedPolicies.All[index].Name);

    [Fact]
    public void Whom_no_list_serves_is_refused_or_on_record_at_the_attach_and_nobody_else_is() =>
        (from size in Gen.ULong[1, 200_000]
         from devices in _parameters.Array[1, 3]
         from policy in _policy
         select (size, devices, policy))
        .Sample(asked =>
        {
            var chosen = NamedPolicies.Find(asked.policy)!;
            var (board, refused) = Attached(asked.size, asked.policy, asked.devices);
            var buffer = board.Buffer(Frame)!;
            if (refused || buffer.Attachments.Length != asked.devices.Length)
            {
                return;
            }

            var takes = buffer.Attachments.Select(attachment => attachment.Takes).ToList();
            var isOwn = chosen.Lists == ListSharing.Own || (chosen.LateAttach == LateAttach.Resplit && chosen.Lists != ListSharing.Shared);
            var serves = isOwn
                ? takes.TrueForAll(one => Exists(asked.size, one))
                : Exists(asked.size, takes.Aggregate(DmaConstraints.Intersect));
            Assert.Equal(!serves, buffer.Hazards.Any(hazard => hazard.Kind == HazardKind.NoListExists));
        });

    [Fact]
    public void Whoever_is_on_record_gets_no_list_that_all_can_use_wherever_the_pages_lie() =>
        (from size in Gen.ULong[1, 200_000]
         from devices in _parameters.Array[1, 3]
         from policy in _policy
         from apart in Gen.Bool
         select (size, devices, policy, apart))
        .Sample(asked =>
        {
            var (board, refused) = Attached(asked.size, asked.policy, asked.devices, asked.apart);
            if (refused || !board.Buffer(Frame)!.Hazards.Any(hazard => hazard.Kind == HazardKind.NoListExists))
            {
                return;
            }

            foreach (var attachment in board.Buffer(Frame)!.Attachments)
            {
                (board, var reply) = board.Execute(Frame, new DmaCommand.Map(attachment.Name, attachment.Name, DmaDirection.ToDevice));
                refused |= !reply.IsGranted;
            }

            Assert.True(refused || board.Buffer(Frame)!.Hazards.Any(hazard => hazard.Kind == HazardKind.ListBreaksLimit));
        });

    [Theory]
    [InlineData("flags")]
    [InlineData("size-only")]
    [InlineData("count-only")]
    [InlineData("mainline")]
    public void Two_importers_of_whom_each_could_be_served_are_on_record_together(string policy)
    {
        // 128 segments of 4 KiB hold 512 KiB.
        var (board, _) = Attached(1 << 20, policy, [new(uint.MaxValue, 128, 0), new(4096, 0, 0)]);

        var hazard = board.Buffer(Frame)!.Hazards.Single(hazard => hazard.Kind == HazardKind.NoListExists);

        Assert.Equal(("d1", "MaxSegmentCount", 256UL, 128UL), (hazard.Importer, hazard.Field, hazard.Needed, hazard.Limit));
        Assert.Contains("d1 was accepted along with d0", hazard.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8192, 0)]
    [InlineData(8193, 1)]
    public void One_importer_alone_is_on_record_from_the_first_byte_too_many(ulong size, int hazards) =>
        Assert.Equal(hazards, Attached(size, "flags", [new(4096, 2, 0)]).Board.Buffer(Frame)!.Hazards.Length);

    [Fact]
    public void A_limit_that_nobody_stated_is_on_record_when_the_device_maps_and_not_before()
    {
        // 3 segments of 64 KiB, of which nobody stated the 64 KiB.
        var (board, _) = Attached(1 << 20, "flags", [new(0, 3, 0)]);
        var mapped = board.Execute(Frame, new DmaCommand.Map("d0", "d0", DmaDirection.ToDevice)).Next;

        Assert.Empty(board.Buffer(Frame)!.Hazards);
        var hazard = Assert.Single(mapped.Buffer(Frame)!.Hazards);
        Assert.Equal((HazardKind.ListBreaksLimit, "MaxSegmentSize", UnstatedLimits.MaxSegmentSize), (hazard.Kind, hazard.Field, hazard.Unstated));
    }

    [Fact]
    public void Behind_an_MMU_the_count_does_not_bind_pages_and_the_product_does()
    {
        Assert.Empty(Attached(1 << 20, "flags", [new(65536, 16, 0)], iommu: "mmu").Board.Buffer(Frame)!.Hazards);
        Assert.Empty(Attached(1 << 20, "flags", [new(uint.MaxValue, 1, 0), new(4096, 0, 0)], iommu: "mmu").Board.Buffer(Frame)!.Hazards);
        Assert.Equal(
            HazardKind.NoListExists, Assert.Single(Attached(1 << 20, "translated", [new(65536, 15, 0)], iommu: "mmu").Board.Buffer(Frame)!.Hazards).Kind);
    }

    [Fact]
    public void Behind_an_MMU_the_alignment_of_addresses_does_not_bind_pages()
    {
        // Three segments of 12 KiB. If they had to start at multiples of 8 KiB, they could have no more than 8 KiB each.
        DeviceDmaParameters[] devices = [new(uint.MaxValue, 0, 0), new(12288, 3, 0)];
        var aligned = default(ListLimits).With(ListLimit.AddressAlignment, 8192);

        Assert.Empty(Attached(36864, "flags", devices, iommu: "mmu", ofFirst: aligned).Board.Buffer(Frame)!.Hazards);
        Assert.Equal(
            HazardKind.NoListExists, Assert.Single(Attached(36864, "flags", devices, ofFirst: aligned).Board.Buffer(Frame)!.Hazards).Kind);
    }

    private static bool Exists(ulong size, DmaConstraints limits) =>
        Representability.LeastSegmentCount(size, limits, RangeShape.Scattered, SegmentLimit.Exact) is { } least && least <= limits.MaxSegmentCount;

    private static (Board Board, bool IsRefused) Attached(
        ulong size, string policy, DeviceDmaParameters[] devices, bool apart = false, string? iommu = null, ListLimits? ofFirst = null)
    {
        var board = Board.Create(new(
            "b",
            "b",
            [new("ram", MemoryKind.System, new(0x10000, 1024), apart ? 2UL : 0, apart ? 1UL : 0), new("cma", MemoryKind.Contiguous, new(0x80000, 512))],
            [.. devices.Select((parameters, index) => new Device($"d{index}", parameters)
            {
                DmaMask = ulong.MaxValue,
                Iommu = index == 0 || ofFirst is null ? iommu : null,
                Limits = index == 0 ? ofFirst ?? default : default,
            })])
        {
            Stages = iommu is null ? [] : [new(iommu, new(new(0), new(uint.MaxValue), 4096))],
        }).Value.Export(new(Frame, size) { Policy = NamedPolicies.Find(policy)! }).Next;
        var refused = board.Buffer(Frame) is null;
        for (var index = 0; index < devices.Length && !refused; index++)
        {
            (board, var reply) = board.Execute(Frame, new DmaCommand.Attach($"d{index}", $"d{index}"));
            refused = !reply.IsGranted;
        }

        return (board, refused);
    }
}
