using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class HazardTests
{
    private const string Frame = "frame";

    private static readonly BoardDefinition _board = new(
        "crowded",
        "A board with more devices than are told apart",
        [new("ram", MemoryKind.System, new(0x100000, 1024), 2, 1)],
        [
            new("gpu", new(uint.MaxValue, 0, 0)) { DmaMask = (1UL << 40) - 1 },
            .. Enumerable.Range(0, Hazard.EachMax + 2).Select(number =>
                new Model.Devices.Device($"late{number}", new(uint.MaxValue, 1, 0)) { DmaMask = (1UL << 40) - 1 }),
        ]);

    [Fact]
    public void Hazard_of_a_device_that_happens_again_is_counted_with_the_first_and_the_last()
    {
        var buffer = Accepted(LateAttaches([0, 0, 0]));

        var hazard = Assert.Single(buffer.Hazards);
        Assert.Equal((HazardKind.AttachedTooLate, "late0", 3UL, "a2"), (hazard.Kind, hazard.Importer, hazard.Count, hazard.Attachment));
        Assert.Equal((1UL, "a0"), (hazard.First!.Count, hazard.First.Attachment));
        Assert.Null(hazard.First.First);
    }

    [Fact]
    public void Hazards_of_other_devices_are_told_apart_as_far_as_there_is_room()
    {
        var each = Accepted(LateAttaches([.. Enumerable.Range(0, Hazard.EachMax)]));
        var oneMore = Accepted(LateAttaches([.. Enumerable.Range(0, Hazard.EachMax + 1)]));
        var twoMore = Accepted(LateAttaches([.. Enumerable.Range(0, Hazard.EachMax + 2)]));

        Assert.Equal(Hazard.EachMax, each.Hazards.Length);
        Assert.All(each.Hazards, hazard => Assert.Equal(1UL, hazard.Count));
        Assert.Equal(Hazard.EachMax + 1, oneMore.Hazards.Length);
        Assert.Equal((Hazard.OtherDevices, 1UL), (oneMore.Hazards[^1].Importer, oneMore.Hazards[^1].Count));
        Assert.Equal(Hazard.EachMax + 1, twoMore.Hazards.Length);
        Assert.Equal((Hazard.OtherDevices, 2UL), (twoMore.Hazards[^1].Importer, twoMore.Hazards[^1].Count));
        Assert.Contains($"late{Hazard.EachMax + 1}", twoMore.Hazards[^1].Reason, StringComparison.Ordinal);
        Assert.False(ModelName.IsValid(Hazard.OtherDevices));
    }

    [Fact]
    public void Hazards_are_counted_each_once_and_bounded_whatever_the_history() =>
        Gen.Int[0, Hazard.EachMax + 1].Array[0, 300].Sample(devices =>
        {
            var buffer = Accepted(LateAttaches(devices));

            Assert.Equal((ulong)devices.Length, buffer.Hazards.Aggregate(0UL, (sum, hazard) => sum + hazard.Count));
            Assert.True(buffer.Hazards.Length <= Math.Min(devices.Distinct().Count(), Hazard.EachMax + 1));
            Assert.Equal(
                buffer.Hazards.Length,
                buffer.Hazards.DistinctBy(hazard => (hazard.Kind, hazard.Importer, hazard.Field)).Count());
        }, iter: 50);

    [Fact]
    public void Attachment_that_does_the_same_again_is_on_record_once()
    {
        var board = Played([
            .. LateAttaches([0]),
            new DmaCommand.Map("m0", "a0", DmaDirection.Bidirectional), new DmaCommand.Unmap("m0"),
            new DmaCommand.Map("m1", "a0", DmaDirection.Bidirectional), new DmaCommand.Unmap("m1"),
        ]);

        Assert.Equal(
            [(HazardKind.AttachedTooLate, 1UL), (HazardKind.ListBreaksLimit, 1UL)],
            board.Hazards.Select(hazard => (hazard.Kind, hazard.Count)));
    }

    private static IEnumerable<DmaCommand> LateAttaches(int[] devices) =>
        devices.Select((device, index) => new DmaCommand.Attach($"a{index}", $"late{device}"));

    private static DmaBuffer Accepted(IEnumerable<DmaCommand> commands) => Played(commands);

    /// <summary>The buffer, of pages that lie apart, after somebody has mapped it and commands were granted.</summary>
    private static DmaBuffer Played(IEnumerable<DmaCommand> commands)
    {
        var board = Model.Boards.Board.Create(_board).Value
            .Export(new(Frame, 8192, null) { Policy = new() { LateAttach = LateAttach.Accept } }).Next;
        DmaCommand[] first =
        [
            new DmaCommand.Attach("gpu", "gpu"), new DmaCommand.Map("gpu", "gpu", DmaDirection.Bidirectional),
            new DmaCommand.Unmap("gpu"),
        ];
        foreach (var command in first.Concat(commands))
        {
            var (next, reply) = board.Execute(Frame, command);
            Assert.True(reply.IsGranted, reply.Refusal?.ToString());
            board = next;
        }

        board.AssertInvariants();
        return board.Buffer(Frame)!;
    }
}
