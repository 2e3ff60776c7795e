using System.Collections.Immutable;
using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Boards;

/// <summary>Random histories of two buffers on a board with MMUs and a bounce pool; every address is checked after every command.</summary>
public sealed class MappedBoardHistoryTests
{
    private static readonly string[] _buffers = ["one", "two"];

    private static readonly Gen<Step> _step = Gen.Frequency(
        (5, OnBuffer(Gen.Select(Name("a"), Gen.OneOf("gpu", "vop", "isp", "stacked", "ttm", "low", "wide"), DmaCommand (name, device) =>
            new DmaCommand.Attach(name, device)))),
        (8, OnBuffer(Gen.Select(Name("m"), Name("a"), Gen.Enum<DmaDirection>(), DmaCommand (name, attachment, direction) =>
            new DmaCommand.Map(name, attachment, direction)))),
        (4, OnBuffer(Gen.Select(Name("m"), Name("a"), Gen.Enum<DmaDirection>(), Gen.Bool, DmaCommand (name, attachment, direction, defers) =>
            new DmaCommand.Map(name, attachment, direction)
            {
                Options = defers ? MapOptions.OwnSpace | MapOptions.DeferFlush : MapOptions.OwnSpace,
            }))),
        (3, OnBuffer(Gen.Select(Name("m"), Gen.Int[0, 2], DmaCommand (name, what) => what switch
        {
            0 => new DmaCommand.Flush(name),
            1 => new DmaCommand.SyncForCpu("s", name),
            _ => new DmaCommand.SyncForDevice("s", name),
        }))),
        (4, OnBuffer(Name("m").Select(DmaCommand (name) => new DmaCommand.Unmap(name)))),
        (2, OnBuffer(Name("a").Select(DmaCommand (name) => new DmaCommand.Detach(name)))),
        (1, OnBuffer(Gen.Bool.Select(DmaCommand (revoke) => revoke ? new DmaCommand.Revoke() : new DmaCommand.Release()))),
        (2, Gen.Select(Gen.OneOf("vop", "gpu", "stacked", "ttm", "wide"), Gen.UInt[0, 2], (device, context) =>
            (Step)new Step.Switch(device, context))));

    private static readonly Gen<(ExporterPolicy Policy, ulong Size, Step[] Steps)> _history = Gen.Select(
        Gen.OneOf(
            NamedPolicies.Find("translated")!, NamedPolicies.Find("mainline-bouncing")!, NamedPolicies.Find("migrate")!,
            new ExporterPolicy { Constraints = ConstraintModel.None, Bouncing = true }),
        Gen.OneOf(5000UL, 60_000UL, 300_000UL, 1_000_000UL),
        _step.Array[1, 40]);

    [Fact]
    public void Board_holds_of_its_MMUs_and_its_pool_what_live_mappings_hold() =>
        _history.Sample((policy, size, steps) =>
        {
            var board = steps.Aggregate(Start(policy, size), (board, step) =>
            {
                var (next, refusal) = Apply(board, step);
                next.AssertInvariants();
                Assert.True(refusal is null || board.Translation.Held.SequenceEqual(next.Translation.Held));
                return next;
            });

            var left = _buffers.Aggregate(board, LeaveAll);

            left.AssertInvariants();
            return !left.Translation.Held.Any() && !left.Memory.Allocations.Any();
        }, iter: 150);

    [Fact]
    public void TestMap_tells_what_the_map_with_these_options_will_answer_and_holds_nothing() =>
        Gen.Select(_history, Gen.Int[0, 15]).Sample((history, bits) =>
        {
            var (policy, size, steps) = history;
            var options = (MapOptions)bits;
            var board = steps.Aggregate(Start(policy, size), (board, step) => Apply(board, step).Next);
            foreach (var (buffer, attachment) in _buffers.SelectMany(name =>
                board.Buffer(name)!.Attachments.Select(attachment => (name, attachment.Name))))
            {
                var tested = board.TestMap(buffer, attachment, DmaDirection.ToDevice, options);
                var map = new DmaCommand.Map("real", attachment, DmaDirection.ToDevice) { Options = options };
                var mapped = board.Execute(buffer, map).Reply;

                Assert.Equal(mapped.Refusal, tested.Refusal);
                Assert.Equal(options, tested.IsGranted ? tested.Value.Mapping!.Options : options);
                Assert.Equal(SegmentsOf(mapped).AsEnumerable(), SegmentsOf(tested));
            }
        }, iter: 60);

    [Fact]
    public void Board_whose_buses_see_memory_as_the_CPU_does_answers_as_one_without_windows() =>
        _history.Sample((policy, size, steps) =>
        {
            var (plain, windowed) = (Start(policy, size), Start(policy, size, SeenWhole));
            foreach (var step in steps)
            {
                (plain, var refusal) = Apply(plain, step);
                (windowed, var same) = Apply(windowed, step);
                Assert.Equal(refusal, same);
                Assert.Equal(
                    plain.Buffer("one")!.Mappings.SelectMany(mapping => mapping.ToSegments()),
                    windowed.Buffer("one")!.Mappings.SelectMany(mapping => mapping.ToSegments()));
                Assert.Equal(plain.Buffer("one")!.Hazards.AsEnumerable(), windowed.Buffer("one")!.Hazards);
            }
        }, iter: 60);

    /// <summary>In two pieces that go on in both spaces.</summary>
    private static Device SeenWhole(Device device) => device with
    {
        DmaMask = Math.Min(device.DmaMask, ulong.MaxValue - 1),
        Windows = new(new DmaWindow(0x1_0000, 0x1_0000, ulong.MaxValue - 0x1_0000), new(0, 0, 0x1_0000)),
    };

    private static ImmutableArray<DmaSegment> SegmentsOf(DmaResult<DmaReply> reply) =>
        reply.IsGranted ? reply.Value.Mapping!.ToSegments() : [];

    private static Gen<string> Name(string of) => Gen.Int[0, 3].Select(number => $"{of}{number}");

    private static Gen<Step> OnBuffer(Gen<DmaCommand> command) =>
        Gen.Select(Gen.OneOf(_buffers), command, (buffer, command) => (Step)new Step.Execute(buffer, command));

    private static Board Start(ExporterPolicy policy, ulong size, Func<Device, Device>? change = null) => _buffers.Aggregate(
        Board.Create(MappedBoard.Definition with { Devices = [.. MappedBoard.Definition.Devices.Select(change ?? (device => device with { DmaMask = Math.Min(device.DmaMask, ulong.MaxValue - 1) }))] }).Value,
        (board, name) => board.Export(new(name, size) { Policy = policy }).Next);

    private static (Board Next, Refusal? Refusal) Apply(Board board, Step step)
    {
        switch (step)
        {
            case Step.Execute(var buffer, var command):
                var (next, reply) = board.Execute(buffer, command);
                return (next, reply.Refusal);
            case Step.Switch(var device, var context):
                return board.SwitchContext(device, context);
            default:
                throw new ArgumentOutOfRangeException(nameof(step));
        }
    }

    private static Board LeaveAll(Board board, string name)
    {
        var buffer = board.Buffer(name)!;
        foreach (var mapping in buffer.Mappings)
        {
            var (next, reply) = board.Execute(name, new DmaCommand.Unmap(mapping.Name));
            if (reply.Refusal is { Field: "Context", Needed: { } context })
            {
                // Only smmu has contexts that the DMA API does not know of; it is vop's.
                (next, reply) = board.SwitchContext("vop", (uint)context).Next.Execute(name, new DmaCommand.Unmap(mapping.Name));
            }

            Assert.True(reply.IsGranted, reply.Refusal?.ToString());
            board = next;
        }

        IEnumerable<DmaCommand> rest =
            [.. buffer.Attachments.Select(attachment => new DmaCommand.Detach(attachment.Name)), new DmaCommand.Release()];
        return rest.Aggregate(board, (left, command) => left.Execute(name, command).Next);
    }

    private abstract record Step
    {
        public sealed record Execute(string Buffer, DmaCommand Command) : Step;

        public sealed record Switch(string Device, uint Context) : Step;
    }
}
