using CsCheck;
using DmaGrains.Grains.Buffers;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace DmaGrains.Grains.Tests.Buffers;

/// <summary>Whenever replies are stored and read, they are the ones that were remembered.</summary>
public sealed class StoredRepliesTests
{
    private static readonly Serializer _serializer =
        new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    private static readonly Serializer<RememberedReply> _ofReplies = _serializer.GetSerializer<RememberedReply>();

    private enum Step
    {
        Remember,
        Refuse,
        ExportAnew,
        Reload,
    }

    [Fact]
    public void They_are_what_a_window_remembers() => Gen.Enum<Step>().Array[0, 120].Sample(steps =>
    {
        var (stored, expected) = (StoredReplies.Empty, ReplyWindow.Empty);
        for (var number = 0; number < steps.Length; number++)
        {
            expected = After(expected, steps[number], number);
            stored = steps[number] switch
            {
                Step.Remember or Step.Refuse => stored.Then([expected.Replies[^1]], _ofReplies),
                Step.ExportAnew => stored.ExportedAnew(ExportOf(number), _ofReplies),
                _ => Reloaded(stored),
            };
            AssertSame(expected, stored);
        }
    });

    [Fact]
    public void A_command_has_its_reply_until_too_many_are_newer() => Gen.Select(Gen.Int[1, 40], Gen.Int[0, 32], Gen.Int[0, 45]).Sample(
        (count, newer, asked) =>
        {
            var (stored, window) = (StoredReplies.Empty, ReplyWindow.Empty);
            for (var number = 0; number < count; number++)
            {
                window = After(window, Step.Remember, number);
                stored = stored.Then([window.Replies[^1]], _ofReplies);
            }

            var command = AttachOf(asked);
            for (var number = count; number < count + newer; number++)
            {
                // Not the one that is asked for: what is newer was looked through before.
                window = After(window, Step.Refuse, number + 100);
            }

            Assert.Equal(window.Find(command), stored.Find(command, newer, _ofReplies));
            Assert.Null(stored.Find(command with { Device = "display" }, newer, _ofReplies));
            Assert.Null(stored.Find(command with { Id = "other" }, newer, _ofReplies));
        });

    [Fact]
    public void Replies_of_maps_share_a_long_list_with_the_buffer()
    {
        // Every second page is free, so 256 pages are as many entries.
        var board = Board.Create(new(
            "board", "Scattered", [new("ram", MemoryKind.System, new PageExtent(0, 1 << 12), 2, 1)], [new Device("gpu", null)])).Value;
        board = board.Export(new BufferExport("frame", 1 << 20)).Next;
        var replies = StoredReplies.Empty;
        var sizes = new List<int>();
        foreach (var command in Enumerable.Range(0, 20)
            .Select(number => (DmaCommand)new DmaCommand.Map($"m{number}", "a", DmaDirection.ToDevice))
            .Prepend(new DmaCommand.Attach("a", "gpu")))
        {
            var (next, reply) = board.Execute("frame", command);
            Assert.True(reply.IsGranted, reply.Refusal?.ToString());
            (board, replies) = (next, replies.Then([RememberedReply.Of(command, reply)], _ofReplies));
            sizes.Add(_serializer.SerializeToArray(new DmaBufferRecord { Buffer = board.Buffer("frame"), Replies = replies }).Length);
        }

        Assert.InRange(sizes[20], sizes[1], sizes[1] * 2);
        var restored = Reloaded(replies).ToWindow(_ofReplies);
        Assert.Equal(256, restored.Replies[20].Mapping!.ToSegments().Length);
        Assert.All(replies.ToWindow(_ofReplies).Replies.Zip(restored.Replies).Skip(1), pair => Assert.Equal(
            pair.First.Mapping!.ToSegments().AsEnumerable(), pair.Second.Mapping!.ToSegments()));
    }

    [Fact]
    public void A_record_without_replies_has_none() =>
        Assert.Empty(_serializer.Deserialize<DmaBufferRecord>(
            _serializer.SerializeToArray(new DmaBufferRecord()))!.Replies.Entries());

    private static ReplyWindow After(ReplyWindow window, Step step, int number)
    {
        var name = $"a{number}";
        return step switch
        {
            Step.Remember => window.Remember(
                AttachOf(number),
                DmaResult.Grant(new DmaReply(new DmaConstraints((uint)number + 1, 4096, ulong.MaxValue)))),
            Step.Refuse => window.Remember(
                new DmaCommand.Detach(name) { Id = name },
                DmaResult.Refuse<DmaReply>(Refusal.Of(Errno.EINVAL, "Attachment", "Nobody."))),
            Step.ExportAnew => window.ExportedAnew(ExportOf(number)),
            _ => window,
        };
    }

    private static DmaCommand.Attach AttachOf(int number) => new($"a{number}", "gpu") { Id = number % 2 == 0 ? $"a{number}" : null };

    private static BufferExport ExportOf(int number) => new("frame", 4096) { Id = $"a{number}" };

    private static StoredReplies Reloaded(StoredReplies replies) =>
        _serializer.Deserialize<DmaBufferRecord>(_serializer.SerializeToArray(new DmaBufferRecord { Replies = replies }))!.Replies;

    private static void AssertSame(ReplyWindow expected, StoredReplies stored)
    {
        var window = stored.ToWindow(_ofReplies);
        Assert.Equal(expected.Replies.AsEnumerable(), window.Replies);
        Assert.Equal(expected.Exports.AsEnumerable(), window.Exports);
    }
}
