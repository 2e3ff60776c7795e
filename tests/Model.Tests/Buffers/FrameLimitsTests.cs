using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Tests.Buffers;

/// <summary>What devices want of frames, whatever list they have (raspberrypi/linux #4669).</summary>
public sealed class FrameLimitsTests
{
    private static readonly Gen<(ulong Size, VideoLines? Lines)> _frame = Gen.Select(
        Gen.UInt[1, 40], Gen.UInt[1, 300], Gen.UInt[0, 40], Gen.UInt[0, 9], Gen.ULong[0, 3000], Gen.Bool, (height, bytes, gap, offset, more, hasLines) =>
        {
            var lines = new VideoLines(height, bytes, bytes + gap, offset);
            return (lines.EndBytes + more, hasLines ? lines : (VideoLines?)null);
        });

    private static readonly Gen<ListLimits> _limits = Gen.Select(Gen.ULong[0, 9000], Gen.ULong[0, 40], Gen.ULong[0, 70]).Select(values => default(ListLimits)
        .With(ListLimit.MinSize, values.Item1).With(ListLimit.LineMultiple, values.Item2).With(ListLimit.StrideMultiple, values.Item3));

    [Fact]
    public void Attach_refuses_with_EINVAL_exactly_the_frames_that_the_device_does_not_take_under_every_policy() => Gen.Select(
        _frame, _limits, Gen.Int[0, NamedPolicies.All.Length - 1]).Sample((frame, limits, policy) =>
        {
            var board = Board.Create(BoardOf(limits)).Value
                .Export(new("frame", frame.Size) { Lines = frame.Lines, Policy = NamedPolicies.All[policy].Policy }).Next;

            var refusal = board.Execute("frame", new DmaCommand.Attach("a", "encoder")).Reply.Refusal;

            Assert.Equal(Takes(frame, limits), refusal?.Errno != Errno.EINVAL);
            Assert.True(Takes(frame, limits) || refusal is { Importer: "encoder", Needed: var need, Limit: var has } && need > has);
        });

    [Fact]
    public void Grown_is_the_same_frame_when_it_is_taken_and_one_that_is_taken_when_it_is_not() => Gen.Select(_frame, _limits).Sample((frame, limits) =>
    {
        var grown = limits.Grown(new(frame.Size, frame.Lines));

        Assert.True(Takes((grown.SizeBytes, grown.Lines), limits));
        Assert.Equal(Takes(frame, limits), grown == new FrameShape(frame.Size, frame.Lines));
        Assert.True(grown.SizeBytes >= frame.Size);
    });

    [Theory]
    [InlineData(4177919UL, Errno.EINVAL)]
    [InlineData(4177920UL, null)]
    public void An_encoder_of_blocks_of_16_lines_wants_room_for_1088_where_a_frame_has_1080(ulong size, Errno? expected)
    {
        var board = Board.Create(BoardOf(default(ListLimits).With(ListLimit.LineMultiple, 16))).Value
            .Export(new("frame", size) { Lines = new(1080, 3840, 3840) }).Next;

        var refusal = board.Execute("frame", new DmaCommand.Attach("a", "encoder")).Reply.Refusal;

        Assert.Equal(expected, refusal?.Errno);
        Assert.Equal(expected is null ? null : 4177920UL, refusal?.Needed);
    }

    private static bool Takes((ulong Size, VideoLines? Lines) frame, ListLimits limits)
    {
        var (least, multiple, stride) = (limits[ListLimit.MinSize], limits[ListLimit.LineMultiple], limits[ListLimit.StrideMultiple]);
        return frame.Size >= least && (frame.Lines is not { } lines
            || ((stride == 0 || lines.StrideBytes % stride == 0)
                && (multiple == 0 || lines.OffsetBytes + ((ulong)Math.Ceiling((decimal)lines.Height / multiple) * multiple * lines.StrideBytes) <= frame.Size)));
    }

    private static BoardDefinition BoardOf(ListLimits limits) => new(
        "board", "A board", [new("ram", MemoryKind.System, new(0, 1 << 14))], [new("encoder", new(uint.MaxValue, 0, 0)) { Limits = limits }]);
}
