using CsCheck;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Buffers.Changes;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Tests.Boards;
using DmaGrains.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace DmaGrains.Model.Tests.Buffers;

/// <summary>Replaying the changes from any snapshot gives the state and the remembered replies that the commands gave.</summary>
public sealed class ChangesTests
{
    private const string Frame = SmallBoard.Frame;

    private static readonly Serializer _serializer =
        new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    private static readonly Gen<DmaCommand> _command = Gen.Frequency(
        (6, Gen.Select(Name("a"), Gen.OneOf("gpu", "vop", "isp", "stacked", "ttm", "low", "wide", "nic", "capture", "nobody"), DmaCommand (name, device) =>
            new DmaCommand.Attach(name, device))),
        (8, Gen.Select(Name("m"), Name("a"), Gen.Enum<DmaDirection>(), Gen.Int[0, 15], DmaCommand (name, attachment, direction, options) =>
            new DmaCommand.Map(name, attachment, direction) { Options = options < 8 ? MapOptions.None : (MapOptions)options })),
        (2, Gen.Select(Name("m"), Name("a"), Gen.Bool, DmaCommand (name, attachment, pfns) => pfns
            ? new DmaCommand.GetPfns(name, attachment)
            : new DmaCommand.GetScatterlist(name, attachment))),
        (2, Gen.Select(Name("m"), Name("m"), DmaCommand (name, raw) => new DmaCommand.MapRaw(name, raw, DmaDirection.ToDevice))),
        (4, Gen.Select(Name("m"), Gen.Int[0, 6], DmaCommand (name, what) => what switch
        {
            0 => new DmaCommand.Flush(name),
            1 => new DmaCommand.SyncForCpu("s", name),
            2 => new DmaCommand.SyncForDevice("s", name),
            3 => new DmaCommand.BeginCpuAccess(name, DmaDirection.Bidirectional),
            4 => new DmaCommand.EndCpuAccess(name),
            5 => new DmaCommand.PutPfns(name),
            _ => new DmaCommand.CpuAccess(name, DmaDirection.ToDevice),
        })),
        (5, Name("m").Select(DmaCommand (name) => new DmaCommand.Unmap(name))),
        (4, Name("a").Select(DmaCommand (name) => new DmaCommand.Detach(name))),
        (1, Gen.Bool.Select(DmaCommand (revoke) => revoke ? new DmaCommand.Revoke() : new DmaCommand.Release())));

    private static readonly Gen<ExporterPolicy> _policy = Gen.OneOf(
        Gen.OneOf(NamedPolicies.Find("translated")!, NamedPolicies.Find("mainline-bouncing")!, NamedPolicies.Find("migrate")!, NamedPolicies.Find("mainline")!),
        RandomPolicies.Any);

    private static readonly Gen<(DmaCommand Command, int Caller, int Length)[]> _steps = Gen.Select(_command, Gen.Int[0, 5], Gen.Int[1, 3]).Array[1, 60];

    [Fact]
    public void Replaying_the_journal_from_any_snapshot_gives_the_state_and_the_replies() =>
        Gen.Select(_policy, Gen.OneOf(5000UL, 60_000UL, 300_000UL), _steps, Gen.Int[0, 59]).Sample((policy, size, steps, at) =>
        {
            var board = MappedBoard.With(size, policy);
            var table = ReplyTable.Empty;
            var (stored, replayed) = ((board.Buffer(Frame)!, table), Copy(board.Buffer(Frame)!, table));
            var number = 0L;
            for (var step = 0; step < steps.Length; step++)
            {
                // A batch of some commands is one entry.
                var (command, caller, length) = steps[step];
                CommandId? first = caller < 3 ? null : new("caller" + caller, number + 1);
                for (var place = 0; place < length && step + place < steps.Length; place++)
                {
                    var asked = steps[step + place].Command with { Id = first is { } id ? id with { Number = ++number } : null };
                    if (table.Answer(asked) is null)
                    {
                        (board, var reply) = board.Execute(Frame, asked);
                        table = table.Remember(asked, reply, place, first);
                    }
                }

                var now = (board.Buffer(Frame)!, table);
                if (step == at)
                {
                    replayed = Copy(now.Item1, now.table);
                }
                else
                {
                    var bytes = _serializer.SerializeToArray((now.Item1.ChangesSince(stored.Item1), now.table.ChangesSince(stored.table, now.Item1)));
                    var (changes, replies) = _serializer.Deserialize<(BufferChanges, ReplyChanges)>(bytes);
                    var buffer = replayed.Item1.With(changes);
                    replayed = (buffer, replayed.Item2.With(replies, buffer));
                }

                Assert.Equal(WholeState.Of(now.Item1), WholeState.Of(replayed.Item1));
                Assert.Equal(WholeState.Of(now.table), WholeState.Of(replayed.Item2));
                replayed.Item1.AssertInvariants();
                stored = now;
            }
        }, iter: 400);

    private static (DmaBuffer Buffer, ReplyTable Replies) Copy(DmaBuffer buffer, ReplyTable replies) =>
        _serializer.Deserialize<(DmaBuffer, ReplyTable)>(_serializer.SerializeToArray((buffer, replies)));

    private static Gen<string> Name(string of) => Gen.Int[0, 3].Select(number => $"{of}{number}");
}
