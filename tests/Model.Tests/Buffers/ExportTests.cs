using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Tests.Boards;
using DmaGrains.Tests.Shared;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class ExportTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(long.MaxValue)]
    public void Export_makes_a_buffer_without_storage(ulong sizeBytes)
    {
        var (board, reply) = Create().Export(new(Frame, sizeBytes, "gpu", ParameterDefaults.RfcV3));

        Assert.Equal(DmaConstraints.Unconstrained, reply.Value.Constraints);
        Assert.Null(board.FrameOf().Storage);
        Assert.Equal((sizeBytes, 0u), (board.FrameOf().SizeBytes, board.FrameOf().Generation));
        board.AssertInvariants();
    }

    [Fact]
    public void Export_again_gets_the_first_reply_without_change_at_any_time()
    {
        var board = With(4096).After(Attach("gpu"), Map("gpu"));
        var released = board.After(Release());
        var gone = released.After(Unmap("gpu"), Detach("gpu"));

        Assert.Same(board, board.Export(new(Frame, 4096)).Next);
        Assert.Same(released, released.Export(new(Frame, 4096)).Next);
        Assert.Same(gone, gone.Export(new(Frame, 4096)).Next);
        Assert.Equal(DmaReply.Exported, board.Export(new(Frame, 4096)).Reply.Value);
    }

    [Fact]
    public void Export_of_a_gone_name_uses_no_token_again_that_may_have_been_asked_for()
    {
        var gone = With(4096).After(Attach("gpu"), Map("gpu"), Unmap("gpu"), Detach("gpu"), Release());

        var again = gone.Export(new(Frame, 8192)).Next.After(Attach("gpu"), Map("gpu"));

        Assert.Equal(new(Frame, 2), again.FrameOf().Token);
        Assert.Equal(new(Frame, 2), Assert.Single(again.Memory.Allocations).Request.Token);
        Assert.Equal(FreePages - 2, again.Memory.FreePageCount);
    }

    [Fact]
    public void Export_refuses_with_EEXIST_when_a_gone_buffer_owes_pages()
    {
        var owing = DmaBuffer.Export(new(Frame, 1)).Value.Apply(Release(), null, null).Next;

        Assert.Equal(Errno.EEXIST, Exported(owing, new(Frame, 2)).Refusal!.Errno);
        Assert.Same(owing, Exported(owing, new(Frame, 1)).Value);
        Assert.Equal(2u, Exported(owing.Settled(), new(Frame, 1) { Id = new("exporter", 2) }).Value.Generation);
    }

    [Theory]
    [InlineData("", 1L, null, "Id")]
    [InlineData("cam0", 0L, null, "Id")]
    [InlineData("cam0", 1L, "g\u202epu", "Exporter")]
    public void Export_refuses_with_EINVAL_what_is_no_id_or_no_device_name(string caller, long number, string? exporter, string field)
    {
        var refused = DmaBuffer.Export(new(Frame, 1, exporter) { Id = new(caller, number) }).Refusal!;

        Assert.Equal((Errno.EINVAL, field), (refused.Errno, refused.Field));
    }

    /// <summary>An export on a board that has whatever is asked for.</summary>
    internal static DmaResult<DmaBuffer> Exported(DmaBuffer? existing, BufferExport export, uint least = 0)
    {
        var step = BufferExports.Begin(existing, export, least);
        return (step.Question is ExportQuestion.NeedsRegions ask ? ask.Answer(DmaResult.Grant<ImmutableArray<Model.Memory.MemoryRegionLayout>>([])) : step).Decided;
    }
}
