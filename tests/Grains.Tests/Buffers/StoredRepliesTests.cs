using DmaGrains.Grains.Buffers;
using DmaGrains.Interfaces;
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

/// <summary>What the replies that a buffer remembers take in its stored record.</summary>
public sealed class StoredRepliesTests
{
    // The most that one reply of a command that is no map takes, and a caller beside it.
    private const int BytesOfReply = 120;

    private static readonly Serializer _serializer =
        new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    [Fact]
    public void One_caller_has_one_reply_stored_whatever_it_asked_before()
    {
        var (empty, replies) = (SizeOf(ReplyTable.Empty), ReplyTable.Empty);
        var caller = new DmaCaller();
        for (var number = 0; number < 100; number++)
        {
            replies = replies.Remember(Attach(number) with { Id = caller.Next() }, Granted);
            Assert.InRange(SizeOf(replies) - empty, 1, BytesOfReply);
        }
    }

    [Fact]
    public void As_many_callers_and_replies_as_there_can_be_are_bounded()
    {
        var replies = ReplyTable.Empty;
        for (var number = 0; number < 1000; number++)
        {
            replies = replies.Remember(Attach(number) with { Id = new DmaCaller().Next() }, Granted);
        }

        Assert.InRange(SizeOf(replies), 1, (ReplyTable.CallersMax + 1) * BytesOfReply);

        for (var caller = 0; caller < 10; caller++)
        {
            var batch = new DmaCaller().Number(Enumerable.Range(0, ReplyTable.RequestMax).Select(Attach));
            replies = batch.Index().Aggregate(replies, (table, each) => table.Remember(each.Item, Granted, each.Index, batch[0].Id));
        }

        Assert.InRange(SizeOf(replies), 1, ReplyTable.RepliesMax * BytesOfReply);
    }

    [Fact]
    public void Replies_of_maps_share_a_long_list_with_the_buffer()
    {
        // Every second page is free, so 256 pages are as many entries.
        var board = Board.Create(new(
            "board", "Scattered", [new("ram", MemoryKind.System, new PageExtent(0, 1 << 12), 2, 1)], [new Device("gpu", null)])).Value;
        var export = new BufferExport("frame", 1 << 20) { Id = new("exporter", 1) };
        board = board.Export(export).Next;
        var replies = ReplyTable.Empty.Remember(export, DmaResult.Grant(DmaReply.Exported));
        var sizes = new List<int>();
        foreach (var command in Enumerable.Range(0, 20)
            .Select(number => (DmaCommand)new DmaCommand.Map($"m{number}", "a", DmaDirection.ToDevice) { Id = new($"c{number}", 1) })
            .Prepend(new DmaCommand.Attach("a", "gpu")))
        {
            var (next, reply) = board.Execute("frame", command);
            Assert.True(reply.IsGranted, reply.Refusal?.ToString());
            (board, replies) = (next, replies.Remember(command, reply));
            sizes.Add(_serializer.SerializeToArray(new DmaBufferRecord { Buffer = board.Buffer("frame"), Replies = replies }).Length);
        }

        Assert.InRange(sizes[20], sizes[1], sizes[1] * 2);
        var restored = _serializer.Deserialize<DmaBufferRecord>(
            _serializer.SerializeToArray(new DmaBufferRecord { Buffer = board.Buffer("frame"), Replies = replies }))!.Replies;
        Assert.Equal(256, restored.Callers[^1].Replies[0].Mapping!.ToSegments().Length);
        Assert.All(replies.Callers.Zip(restored.Callers).Skip(1), pair => Assert.Equal(
            pair.First.Replies[0].Mapping!.ToSegments().AsEnumerable(), pair.Second.Replies[0].Mapping!.ToSegments()));
    }

    [Fact]
    public void A_record_without_replies_has_none() =>
        Assert.Empty(_serializer.Deserialize<DmaBufferRecord>(_serializer.SerializeToArray(new DmaBufferRecord()))!.Replies.Callers);

    private static DmaResult<DmaReply> Granted => DmaResult.Grant(new DmaReply(new DmaConstraints(uint.MaxValue - 1, 1 << 20, ulong.MaxValue >> 1)));

    private static DmaCommand Attach(int number) => new DmaCommand.Attach($"display{number}", "display-controller");

    private static int SizeOf(ReplyTable replies) => _serializer.SerializeToArray(new DmaBufferRecord { Replies = replies }).Length;
}
