using CsCheck;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Silo.Tests.Faults;

public class LinearizabilityTests
{
    private static readonly BoardDefinition _board = FaultBoard.Numbered(0);
    private static readonly BufferExport _export = new("b", 8192, "gpu");

    [Fact]
    public void Commands_that_overlap_may_have_happened_in_any_order()
    {
        // The detach was sent first, and can only be granted after the attach.
        var history = Played(new DmaCommand.Attach("a", "gpu"), new DmaCommand.Detach("a"));
        Operation[] overlapping =
        [
            history[0],
            history[1] with { Sent = 11, Answered = 20 },
            history[2] with { Sent = 10, Answered = 21 },
            history[3] with { Sent = 30, Answered = 31 },
        ];

        Assert.NotNull(Linearizability.Check(SequentialBuffer.Unused, overlapping, _board).End);
    }

    [Fact]
    public void Commands_that_do_not_overlap_happened_in_their_order()
    {
        var history = Played(new DmaCommand.Attach("a", "gpu"), new DmaCommand.Detach("a"));
        Operation[] reversed =
        [
            history[0],
            history[1] with { Sent = 20, Answered = 21 },
            history[2] with { Sent = 10, Answered = 11 },
        ];

        var (end, _, why) = Linearizability.Check(SequentialBuffer.Unused, reversed, _board);

        Assert.Null(end);
        Assert.StartsWith("no order explains operation 2 of 3", why, StringComparison.Ordinal);
    }

    [Fact]
    public void An_acknowledged_command_that_is_lost_is_found()
    {
        var history = Played(new DmaCommand.Attach("a", "gpu"));
        var without = Played().Last();

        Operation[] lost = [.. history[..^1], history[^1] with { Seen = without.Seen }];

        Assert.Null(Linearizability.Check(SequentialBuffer.Unused, lost, _board).End);
    }

    [Fact]
    public void A_refused_command_that_left_something_is_found()
    {
        var history = Played(new DmaCommand.Attach("a", "gpu"));
        var refused = DmaResult.Refuse<DmaReply>(Refusal.Of(Errno.EINVAL, null, "no"));

        Operation[] left = [history[0], history[1] with { Reply = refused }, history[2]];

        Assert.Null(Linearizability.Check(SequentialBuffer.Unused, left, _board).End);
    }

    [Fact]
    public void A_command_that_happened_twice_is_found()
    {
        var history = Played(new DmaCommand.Attach("a", "gpu"), new DmaCommand.Attach("a2", "gpu"));

        Operation[] once = [history[0], history[1], history[3]];

        Assert.Null(Linearizability.Check(SequentialBuffer.Unused, once, _board).End);
    }

    [Fact]
    public void A_command_that_was_given_up_may_have_happened_or_not()
    {
        var history = Played(new DmaCommand.Attach("a", "gpu"), new DmaCommand.Attach("a2", "gpu"));
        var givenUp = history[1] with { Answered = long.MaxValue, Reply = null };
        var neverHappened = Played(new DmaCommand.Attach("a2", "gpu"));

        Assert.NotNull(Linearizability.Check(SequentialBuffer.Unused, [history[0], givenUp, .. history[2..]], _board).End);
        Assert.NotNull(Linearizability.Check(
            SequentialBuffer.Unused, [neverHappened[0], givenUp with { Sent = 3 }, .. neverHappened[1..].Select(Later)], _board).End);
    }

    /// <summary>
    /// Nobody waited for a command that was refused, so a look at the buffer does not tell whether it came. It did: the same caller's request
    /// before it is forgotten when that comes once more, in the next round.
    /// </summary>
    [Fact]
    public void A_command_that_was_given_up_in_one_round_explains_an_answer_of_the_next()
    {
        CommandId Id(long number) => new("cam", number);
        var history = Played(new DmaCommand.Attach("a", "gpu") { Id = Id(1) }, new DmaCommand.Unmap("nothing") { Id = Id(2) }, new DmaCommand.Attach("a", "gpu") { Id = Id(1) });
        var (attach, unmap, late, look) = (history[1], history[2] with { Answered = long.MaxValue, Reply = null }, history[3], history[4]);
        Assert.Equal(Errno.ESTALE, late.Reply!.Value.Refusal!.Errno);

        var (end, open, _) = Linearizability.Check(SequentialBuffer.Unused, [history[0], attach, unmap, look], _board);

        Assert.Equal([unmap], open);
        Assert.NotNull(Linearizability.Check(end!, [.. open, late], _board).End);
        Assert.Null(Linearizability.Check(end!, [late], _board).End);
    }

    /// <summary>Memory gave pages for the first map, the MMU had no addresses, and the pages were given back: those of the next map are counted on.</summary>
    [Fact]
    public void A_first_map_that_an_MMU_refused_is_explained()
    {
        var board = Board.Create(_board).Value;
        board = board.Export(new("full", 1 << 20, "gpu")).Next;
        (board, var reply) = board.Execute("full", new DmaCommand.Attach("a", "codec"));
        while (reply.IsGranted)
        {
            (board, reply) = board.Execute("full", new DmaCommand.Map($"m{board.Buffer("full")!.NextMapping}", "a", DmaDirection.Bidirectional));
        }

        var history = PlayedOn(
            board,
            1 << 20,
            new DmaCommand.Attach("a", "codec"),
            new DmaCommand.Map("m", "a", DmaDirection.Bidirectional),
            new DmaCommand.Attach("a2", "gpu"),
            new DmaCommand.Map("m2", "a2", DmaDirection.Bidirectional));

        Assert.Equal(Errno.ENOSPC, history[2].Reply!.Value.Refusal?.Errno);
        Assert.True(history[4].Reply!.Value.IsGranted);
        Assert.NotNull(Linearizability.Check(SequentialBuffer.Unused, history, _board).End);
    }

    [Fact]
    public void Commands_of_a_batch_keep_their_order()
    {
        var history = Played(new DmaCommand.Attach("a", "gpu"), new DmaCommand.Detach("a"));
        var detach = history[2] with { Sent = 10, Answered = 20 };
        var attach = history[1] with { Sent = 10, Answered = 20, After = detach };

        Assert.Null(Linearizability.Check(SequentialBuffer.Unused, [history[0], detach, attach], _board).End);
        attach = attach with { After = null };
        Assert.NotNull(Linearizability.Check(
            SequentialBuffer.Unused, [history[0], attach, detach with { After = attach }], _board).End);
    }

    [Fact]
    public void What_nothing_explains_is_not_looked_for_without_end()
    {
        var history = Played([.. Enumerable.Range(0, 24).Select(number => new DmaCommand.Attach($"a{number}", "gpu"))]);
        Operation[] overlapping =
        [
            history[0],
            .. history[1..^1].Select(attach => attach with { Sent = 10, Answered = 100 }),
            history[^1] with { Sent = 200, Answered = 201, Seen = Played().Last().Seen },
        ];

        var (end, _, why) = Linearizability.Check(SequentialBuffer.Unused, overlapping, _board);

        Assert.Null(end);
        Assert.StartsWith("no order explains operation 26 of 26, as far as was looked", why, StringComparison.Ordinal);
    }

    /// <summary>Histories of commands that each happened at one moment of theirs are explained; with one answer changed, they are not.</summary>
    [Fact]
    public void Any_history_is_explained_and_none_with_a_false_answer() => Gen.Select(
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], Gen.Int[0, 3]).Array[1, 25], Gen.Int[0, 30].Array[26], Gen.Int[0, 24])
        .Sample((commands, widths, changed) =>
        {
            var history = Played([.. commands.Select(command => Command(command.Item1, command.Item2, command.Item3))]);

            // Every operation keeps the moment at which it happened, ten ticks from the next one's, and is known to take longer.
            var wide = history.Select((operation, place) => operation with
            {
                Sent = (place * 10) - (place == 0 || place == history.Length - 1 ? 0 : widths[place]),
                Answered = (place * 10) + (place == 0 ? 1 : widths[^(place % 26 + 1)] + 1),
            }).ToArray();
            Assert.NotNull(Linearizability.Check(SequentialBuffer.Unused, wide, _board).End);

            // What memory says to a map is not the buffer's answer, and is believed.
            var at = 1 + (changed % commands.Length);
            if (wide[at].Command is not DmaCommand.Map)
            {
                wide[at] = wide[at] with { Reply = DmaResult.Refuse<DmaReply>(Refusal.Of(Errno.EIO, null, "never said")) };
                Assert.Null(Linearizability.Check(SequentialBuffer.Unused, wide, _board).End);
            }
        });

    private static DmaCommand Command(int kind, int name, int other) => kind switch
    {
        0 => new DmaCommand.Attach($"a{name}", FaultBoard.Devices[other]),
        1 => new DmaCommand.Detach($"a{name}"),
        2 => new DmaCommand.Map($"m{name}", $"a{other}", DmaDirection.Bidirectional),
        3 => new DmaCommand.Unmap($"m{name}"),
        _ => name == 0 ? new DmaCommand.Release() : new DmaCommand.Attach($"a{name}", "gpu"),
    };

    private static Operation Later(Operation operation) => operation with { Sent = operation.Sent + 2, Answered = operation.Answered + 2 };

    /// <summary>An export, commands and a look, one after another.</summary>
    private static Operation[] Played(params DmaCommand[] commands) => PlayedOn(Board.Create(_board).Value, _export.SizeBytes, commands);

    private static Operation[] PlayedOn(Board board, ulong sizeBytes, params DmaCommand[] commands)
    {
        var export = _export with { SizeBytes = sizeBytes };
        var replies = ReplyTable.Empty;
        (board, var exported) = board.Export(export);
        var clock = 0L;
        List<Operation> history = [new("b", clock++) { Answered = clock++, Export = export, Reply = exported }];
        foreach (var command in commands)
        {
            DmaResult<DmaReply> reply;
            if (replies.Answer(command) is { } first)
            {
                reply = first;
            }
            else
            {
                (board, reply) = board.Execute("b", command);
                replies = replies.Remember(command, reply);
            }

            history.Add(new("b", clock++) { Answered = clock++, Command = command, Reply = reply });
        }

        history.Add(new("b", clock++) { Answered = clock++, Seen = DmaResult.Grant(board.Buffer("b")!) });
        return [.. history];
    }
}
