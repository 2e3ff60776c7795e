using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Model.Tests.Boards;

/// <summary>Random histories of two buffers on one board; what must hold is checked after every command.</summary>
public sealed class BoardHistoryTests
{
    private static readonly string[] _buffers = ["one", "two"];

    private static readonly Gen<BufferExport> _export = Gen.Select(
        Gen.OneOf(_buffers),
        Gen.OneOf(0UL, 1UL, 5000UL, 40_960UL, 300_000UL, 2_000_000UL),
        Gen.OneOf<string?>(null, "gpu", "ghost"),
        Any.Getters,
        Gen.Frequency(
            (3, Gen.Const(default(NameList))),
            (2, Gen.OneOf(new NameList("ram"), new NameList("cma", "dma"), new NameList("dma", "ghost")))),
        (name, size, exporter, getters, memory) => new BufferExport(name, size, exporter, getters) { Memory = memory });

    private static readonly Gen<string> _device =
        Gen.OneOf([.. SmallBoard.Definition.Devices.Select(device => device.Name), "ghost"]);

    private static readonly Gen<string> _attachment = Gen.OneOf("a0", "a1", "a2", "a/b");

    private static readonly Gen<string> _mapping = Gen.OneOf("m0", "m1", "m2", "m/n");

    private static readonly Gen<DmaCommand> _command = Gen.Frequency(
        (6, Gen.Select(_attachment, _device, DmaCommand (name, device) => new DmaCommand.Attach(name, device))),
        (3, _attachment.Select(DmaCommand (name) => new DmaCommand.Detach(name))),
        (6, Gen.Select(_mapping, _attachment, Gen.Int[0, 3], DmaCommand (name, attachment, direction) =>
            new DmaCommand.Map(name, attachment, (DmaDirection)direction))),
        (4, _mapping.Select(DmaCommand (name) => new DmaCommand.Unmap(name))),
        (1, Gen.Bool.Select(DmaCommand (revoke) => revoke ? new DmaCommand.Revoke() : new DmaCommand.Release())));

    private static readonly Gen<(BufferExport? Export, string Buffer, DmaCommand Command)> _step = Gen.Select(
        Gen.Frequency((1, _export.Select(export => (BufferExport?)export)), (8, Gen.Const((BufferExport?)null))),
        Gen.OneOf(_buffers),
        _command);

    private static readonly Gen<(BufferExport? Export, string Buffer, DmaCommand Command)[]> _history = Gen.Select(
        Gen.OneOf(5000UL, 40_960UL, 300_000UL), _step.Array[1, 40], (size, steps) =>
            _buffers.Select(name => ((BufferExport?)new(name, size), name, (DmaCommand)new DmaCommand.Release()))
                .Concat(steps).ToArray());

    public static TheoryData<string> Policies => [.. NamedPolicies.All.Select(named => named.Name)];

    [Fact]
    public void Board_holds_its_invariants_after_any_history() =>
        _history.Sample(history =>
        {
            var board = SmallBoard.Create();
            foreach (var (export, buffer, command) in history)
            {
                var (next, reply) = export is null ? board.Execute(buffer, command) : board.Export(export);

                AssertSound(board, next, reply);
                board = next;
            }
        }, iter: 600);

    [Theory]
    [MemberData(nameof(Policies))]
    public void Board_holds_its_invariants_under_every_policy_and_has_all_its_pages_again(string policy) =>
        _history.Sample(history =>
        {
            var board = SmallBoard.Create();
            foreach (var (export, buffer, command) in history)
            {
                (board, _) = export is null
                    ? board.Execute(buffer, command)
                    : board.Export(export with { Policy = NamedPolicies.Find(policy)! });
                board.AssertInvariants();
            }

            var left = _buffers.Aggregate(board, LeaveAll);

            return left.Memory.FreePageCount == SmallBoard.FreePages && !left.Memory.Allocations.Any();
        }, iter: 100);

    [Fact]
    public void Board_has_all_its_pages_again_when_everyone_has_left() =>
        _history.Sample(history =>
        {
            var board = history.Aggregate(SmallBoard.Create(), (board, step) =>
                step.Export is null ? board.Execute(step.Buffer, step.Command).Next : board.Export(step.Export).Next);

            var left = _buffers.Aggregate(board, LeaveAll);

            return left.Memory.FreePageCount == SmallBoard.FreePages && !left.Memory.Allocations.Any();
        }, iter: 200);

    [Fact]
    public void Buffer_changes_only_when_it_says_so_and_never_when_it_refuses() =>
        _history.Sample(history =>
        {
            var board = SmallBoard.Create();
            foreach (var (export, name, command) in history)
            {
                if (export is null && board.Buffer(name) is { } buffer)
                {
                    var step = Apply(board, buffer, command);
                    Assert.Equal(step.ChangesState, !ReferenceEquals(buffer, step.Next));
                    Assert.True(step.Reply.IsGranted || !step.ChangesState);
                    AssertSameAnswer(step.Reply, board.Execute(name, command).Reply);
                }

                board = export is null ? board.Execute(name, command).Next : board.Export(export).Next;
            }
        }, iter: 200);

    [Fact]
    public void Board_grants_a_granted_command_again_when_it_names_something_that_is_there() =>
        _history.Sample(history =>
        {
            var board = SmallBoard.Create();
            foreach (var (export, name, command) in history)
            {
                var (next, reply) = export is null ? board.Execute(name, command) : board.Export(export);
                if (reply.IsGranted && (export is not null || command is not (DmaCommand.Detach or DmaCommand.Unmap)))
                {
                    var (again, second) = export is null ? next.Execute(name, command) : next.Export(export);
                    Assert.Same(next, again);
                    Assert.Equal(reply.Value.Constraints, second.Value.Constraints);
                }

                board = next;
            }
        }, iter: 200);

    private static void AssertSound(Board board, Board next, DmaResult<DmaReply> reply)
    {
        next.AssertInvariants();
        Assert.True(reply.IsGranted || ReferenceEquals(board, next));
        ulong held = 0;
        foreach (var buffer in _buffers.Select(next.Buffer).OfType<DmaBuffer>())
        {
            held += buffer.Storage?.PageCount ?? 0;
            Assert.Equal(
                buffer.Attachments.Select(attachment => attachment.Demand)
                    .Aggregate(DmaConstraints.Unconstrained, DmaConstraints.Intersect),
                buffer.Constraints);
            Assert.All(buffer.Mappings, mapping => Assert.Same(buffer.Storage, mapping.Storage));
        }

        Assert.Equal(SmallBoard.FreePages, next.Memory.FreePageCount + held);
    }

    private static Transition Apply(Board board, DmaBuffer buffer, DmaCommand command)
    {
        DmaResult<BackingStorage>? allocation =
            buffer.AllocationFor(command) is { } request ? board.Memory.Allocate(request).Reply : null;
        var device = command is DmaCommand.Attach attach ? board.Device(attach.Device) : null;
        return buffer.Apply(command, device, allocation);
    }

    private static void AssertSameAnswer(DmaResult<DmaReply> one, DmaResult<DmaReply> other)
    {
        Assert.Equal(one.Refusal, other.Refusal);
        if (one.IsGranted)
        {
            Assert.Equal(one.Value.Constraints, other.Value.Constraints);
        }
    }

    private static Board LeaveAll(Board board, string name)
    {
        if (board.Buffer(name) is not { } buffer)
        {
            return board;
        }

        IEnumerable<DmaCommand> commands =
        [
            .. buffer.Mappings.Select(mapping => new DmaCommand.Unmap(mapping.Name)),
            .. buffer.Attachments.Select(attachment => new DmaCommand.Detach(attachment.Name)),
            new DmaCommand.Release(),
        ];
        return commands.Aggregate(board, (left, command) =>
        {
            var (next, reply) = left.Execute(name, command);
            Assert.True(reply.IsGranted);
            return next;
        });
    }
}
