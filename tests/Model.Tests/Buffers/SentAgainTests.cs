using System.Globalization;
using System.Text.Json;
using CsCheck;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Tests.Boards;

namespace DmaGrains.Model.Tests.Buffers;

/// <summary>
/// One name, exported again and again by callers with ids and without, with late duplicates of all that was ever sent: every grant
/// changed the buffer that is there, or is the first reply to the very same request; no id is carried out twice.
/// </summary>
public sealed class SentAgainTests
{
    private const string Frame = SmallBoard.Frame;

    // Few enough to be forgotten when there are more callers than a table has, many enough to meet.
    private static readonly Gen<(int Kind, int Caller, int Name, int Again)> _step =
        Gen.Select(Gen.Int[0, 13], Gen.Int[0, 5], Gen.Int[0, 2], Gen.Int[0, 1_000_000]);

    [Fact]
    public void Every_grant_changed_the_present_buffer_or_is_the_first_reply_to_the_same_request() => _step.Array[1, 80].Sample(steps =>
    {
        var (board, table, number) = (SmallBoard.Create(), ReplyTable.Empty, 0L);
        var (carriedOut, sent) = (new Dictionary<CommandId, string>(), new List<(DmaCommand? Command, BufferExport? Export)>());
        var lastOf = new Dictionary<string, CommandId>();
        var present = new List<(DmaCommand Command, string Reply)>();
        foreach (var (kind, caller, name, again) in steps)
        {
            var isLate = kind > 10 && sent.Count > 0;
            var next = isLate ? sent[again % sent.Count] : New(kind, name, IdOf(caller, ref number));
            sent.Add(next);
            var id = next.Command?.Id ?? next.Export?.Id;
            if (!isLate && id is { } newest)
            {
                lastOf[newest.Caller] = newest;
            }

            var answer = next.Command is { } asked ? board.Buffer(Frame) is null ? null : table.Answer(asked) : table.Answer(next.Export!);
            if (answer is { } remembered)
            {
                AssertIsFirst(remembered, id, next.Command);
                continue;
            }

            // Nothing is carried out under an id of which anything was answered.
            Assert.False(id is { } used && carriedOut.ContainsKey(used), $"{id} is carried out twice");
            var before = board;
            DmaResult<DmaReply> reply;
            if (next.Command is { } command)
            {
                if (board.Buffer(Frame) is null)
                {
                    continue;
                }

                (board, reply) = board.Execute(Frame, command);
                table = table.Remember(command, reply);
                if (id is null && reply.IsGranted)
                {
                    present.Add((command, TextOf(reply)));
                }

                Assert.True(!reply.IsGranted || Did(command, board.Buffer(Frame)!), $"{command} was granted and did nothing");
            }
            else
            {
                (board, reply) = board.Export(next.Export!);
                if (!ReferenceEquals(before.Buffer(Frame), board.Buffer(Frame)))
                {
                    table = table.ExportedAnew();
                    present.Clear();
                    Assert.Equal(next.Export, board.Buffer(Frame)!.Origin);
                    Assert.Empty(board.Buffer(Frame)!.Attachments);
                }

                table = before.Buffer(Frame) is null && !reply.IsGranted ? table : table.Remember(next.Export!, reply);
            }

            if (id is { } done)
            {
                carriedOut[done] = TextOf(reply);
            }
        }

        // Everybody's last request is still known, whatever has come since.
        Assert.All(
            lastOf.Values.Where(carriedOut.ContainsKey),
            id => Assert.Equal(carriedOut[id], TextOf(sent.Find(each => (each.Command?.Id ?? each.Export?.Id) == id) is { Command: { } command }
                ? table.Answer(command)!.Value
                : table.Answer(sent.Find(each => each.Export?.Id == id).Export!)!.Value)));

        void AssertIsFirst(DmaResult<DmaReply> reply, CommandId? id, DmaCommand? command)
        {
            if (id is { } named)
            {
                Assert.True(
                    carriedOut.GetValueOrDefault(named) == TextOf(reply) || (reply.Refusal?.Errno == Errno.ESTALE && lastOf[named.Caller] != named),
                    $"{named} got {TextOf(reply)}");
            }
            else
            {
                Assert.Contains((command!, TextOf(reply)), present);
            }
        }
    });

    private static (DmaCommand? Command, BufferExport? Export) New(int kind, int name, CommandId? id) => kind switch
    {
        0 or 1 => (new DmaCommand.Attach($"a{name}", name == 0 ? "gpu" : "wide") { Id = id }, null),
        2 or 3 => (new DmaCommand.Map($"m{name}", $"a{name}", DmaDirection.ToDevice) { Id = id }, null),
        4 => (new DmaCommand.Unmap($"m{name}") { Id = id }, null),
        5 or 6 => (new DmaCommand.Detach($"a{name}") { Id = id }, null),
        7 or 8 => (new DmaCommand.Release { Id = id }, null),
        _ => (null, new BufferExport(Frame, 8192) { Id = id }),
    };

    private static CommandId? IdOf(int caller, ref long number) =>
        caller > 3 ? null : new(string.Create(CultureInfo.InvariantCulture, $"c{caller}"), ++number);

    /// <summary>Whether the buffer is as the granted command wants it.</summary>
    private static bool Did(DmaCommand command, DmaBuffer buffer) => command switch
    {
        DmaCommand.Attach attach => buffer.Attachments.Any(each => each.Name == attach.Attachment),
        DmaCommand.Detach detach => buffer.Attachments.All(each => each.Name != detach.Attachment),
        DmaCommand.Map map => buffer.Mappings.Any(each => each.Name == map.Mapping),
        DmaCommand.Unmap unmap => buffer.Mappings.All(each => each.Name != unmap.Mapping),
        _ => buffer.IsReleased,
    };

    private static string TextOf(DmaResult<DmaReply> reply) => JsonSerializer.Serialize<object?>(reply.Refusal is { } refusal ? refusal : reply.Value);
}
