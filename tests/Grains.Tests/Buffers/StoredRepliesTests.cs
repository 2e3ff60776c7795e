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

    private enum Step
    {
        Remember,
        Refuse,
        ExportAnew,
        Store,
        Reload,
    }

    [Fact]
    public void They_come_back_as_they_were() => Gen.Enum<Step>().Array[0, 120].Sample(steps =>
    {
        var (stored, expected) = (StoredReplies.Empty, ReplyWindow.Empty);
        for (var number = 0; number < steps.Length; number++)
        {
            expected = After(expected, steps[number], number);
            stored = steps[number] switch
            {
                Step.Store => Stored(stored).Stored,
                Step.Reload => Stored(stored).Reloaded,
                _ => stored.Then(expected),
            };
        }

        AssertSame(expected, stored.Window);
        AssertSame(expected, Stored(stored).Reloaded.Window);
    });

    [Fact]
    public void A_reply_is_encoded_once()
    {
        var first = StoredReplies.Empty.Then(After(ReplyWindow.Empty, Step.Remember, 1));
        var encoded = first.BytesOf(0, reply => _serializer.SerializeToArray(reply));
        var second = first.Then(After(first.Window, Step.Remember, 2));
        Assert.Same(encoded, second.BytesOf(0, _ => throw new InvalidOperationException("It was encoded before.")));
    }

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
            (board, replies) = (next, replies.Then(replies.Window.Remember(command, reply)));
            sizes.Add(_serializer.SerializeToArray(new DmaBufferRecord { Buffer = board.Buffer("frame"), Replies = replies }).Length);
        }

        Assert.InRange(sizes[20], sizes[1], sizes[1] * 2);
        var restored = Stored(replies).Reloaded.Window;
        Assert.Equal(256, restored.Replies[20].Mapping!.ToSegments().Length);
        Assert.All(replies.Window.Replies.Zip(restored.Replies).Skip(1), pair => Assert.Equal(
            pair.First.Mapping!.ToSegments().AsEnumerable(), pair.Second.Mapping!.ToSegments()));
    }

    [Fact]
    public void A_record_without_replies_has_none() =>
        Assert.Empty(_serializer.Deserialize<DmaBufferRecord>(
            _serializer.SerializeToArray(new DmaBufferRecord()))!.Replies.Window.Replies);

    private static ReplyWindow After(ReplyWindow window, Step step, int number)
    {
        var name = $"a{number}";
        var id = number % 2 == 0 ? name : null;
        return step switch
        {
            Step.Remember => window.Remember(
                new DmaCommand.Attach(name, "gpu") { Id = id },
                DmaResult.Grant(new DmaReply(new DmaConstraints((uint)number + 1, 4096, ulong.MaxValue)))),
            Step.Refuse => window.Remember(
                new DmaCommand.Detach(name) { Id = name },
                DmaResult.Refuse<DmaReply>(Refusal.Of(Errno.EINVAL, "Attachment", "Nobody."))),
            Step.ExportAnew => window.ExportedAnew(new BufferExport("frame", 4096) { Id = name }),
            _ => window,
        };
    }

    private static (StoredReplies Stored, StoredReplies Reloaded) Stored(StoredReplies replies)
    {
        var bytes = _serializer.SerializeToArray(new DmaBufferRecord { Replies = replies });
        return (replies, _serializer.Deserialize<DmaBufferRecord>(bytes)!.Replies);
    }

    private static void AssertSame(ReplyWindow expected, ReplyWindow window)
    {
        Assert.Equal(expected.Replies.AsEnumerable(), window.Replies);
        Assert.Equal(expected.Exports.AsEnumerable(), window.Exports);
    }
}
