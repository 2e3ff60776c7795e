using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Tests.Scatterlists;

/// <summary>What drm_prime_get_contiguous_size and vb2_dc_get_contiguous_size measure.</summary>
public sealed class ContiguousRunTests
{
    private static readonly DmaConstraints _one = new(uint.MaxValue, 1, ulong.MaxValue);

    [Fact]
    public void FirstBytes_goes_from_the_first_segment_to_the_first_gap() => Gen.Select(
        Gen.ULong[0, 1UL << 40], Gen.ULong[1, 1UL << 34].Array[1, 8], Gen.ULong[1, 99], Gen.ULong[0, 99].Array[0, 3])
        .Sample((start, lengths, gap, after) =>
        {
            var segments = new List<StatedSegment>();
            foreach (var length in lengths)
            {
                segments.Add(new(segments.Count == 0 ? start : segments[^1].Address + segments[^1].LengthBytes, length));
            }

            var run = lengths.Aggregate(UInt128.Zero, (sum, length) => sum + length);
            var end = segments[^1].Address + segments[^1].LengthBytes;

            Assert.Equal(run, ContiguousRun.FirstBytes(segments));
            Assert.Equal(run, ContiguousRun.FirstBytes([.. segments, new(end + gap, 5), .. after.Select(length => new StatedSegment(end + gap + 5, length))]));
            Assert.Equal(run, ContiguousRun.FirstBytes([.. segments, new(end, 0), new(end, 5)]));
        });

    [Fact]
    public void FirstBytes_does_not_go_on_at_0_after_the_end_of_addresses() =>
        Assert.Equal((UInt128)4096, ContiguousRun.FirstBytes([new(ulong.MaxValue - 4095, 4096), new(0, 4096)]));

    [Fact]
    public void An_importer_of_one_run_counts_no_segments_exactly_when_the_first_run_holds_the_buffer() => Gen.Select(
        Gen.ULong[1, 99], Gen.ULong[1, 99], Gen.Bool, Gen.ULong[1, 300])
        .Sample((first, second, isAdjacent, sizeBytes) => Assert.Equal(
            sizeBytes <= first + (isAdjacent ? second : 0) ? uint.MaxValue : 1,
            ContiguousRun.Judging(_one, sizeBytes, [new(1000, first), new(1000 + first + (isAdjacent ? 0UL : 1), second)]).MaxSegmentCount));

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void A_list_in_adjacent_pieces_serves_a_contiguous_importer_and_no_device_that_takes_one_segment(bool isContiguous, int hazards)
    {
        var board = With(new Device("display", isContiguous ? null : new(uint.MaxValue, 1, 0)) { RequiresContiguous = isContiguous }, ConstraintModel.Rfc3, ListCheck.None);

        var (next, reply) = board.Execute("frame", new DmaCommand.Map("n", "late", DmaDirection.ToDevice));

        Assert.True(reply.IsGranted);
        Assert.Equal(hazards, next.Buffer("frame")!.Hazards.Count(hazard => hazard is { Kind: HazardKind.ListBreaksLimit, Importer: "display" }));
    }

    [Fact]
    public void Segments_of_an_MMU_that_follow_each_other_are_one_run() =>
        Assert.True(With(new Device("display", new(65536, 0, 0)) { RequiresContiguous = true, Iommu = "mmu" }, ConstraintModel.Translated, ListCheck.Exact)
            .Execute("frame", new DmaCommand.Map("n", "late", DmaDirection.ToDevice)).Reply.IsGranted);

    /// <summary>A frame of 256 KiB in one contiguous range, in a list of 64 KiB pieces, with a device that attached late.</summary>
    private static Board With(Device device, ConstraintModel constraints, ListCheck listCheck)
    {
        var board = Board.Create(new(
            "board",
            "A board",
            [new("cma", MemoryKind.Contiguous, new(0x100, 64))],
            [device, new("gpu", new(65536, 0, 0))])
        {
            Stages = [new("mmu", new(new(0), new(uint.MaxValue), 4096))],
        }).Value;
        board = board.Export(new("frame", 256 << 10) { Policy = ExporterPolicy.Default with { Constraints = constraints, LateAttach = LateAttach.Accept, ListCheck = listCheck } }).Next;
        board = board.Execute("frame", new DmaCommand.Attach("a", "gpu")).Next;
        board = board.Execute("frame", new DmaCommand.Map("m", "a", DmaDirection.ToDevice)).Next;
        Assert.Equal(4, board.Buffer("frame")!.Mappings[0].ToTable().EntryCount);
        (board, var reply) = board.Execute("frame", new DmaCommand.Attach("late", device.Name));
        Assert.True(reply.IsGranted, reply.Refusal?.Reason);
        return board;
    }
}
