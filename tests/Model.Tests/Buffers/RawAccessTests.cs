using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Tests.Boards;
using static DmaGrains.Model.Tests.Boards.MappedBoard;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class RawAccessTests
{
    [Fact]
    public void GetScatterlist_gives_the_list_that_a_direct_map_gives()
    {
        var board = MappedBoard.With(100_000).After(Attach("wide"), GetScatterlist("wide"), new DmaCommand.Map("m", "wide", DmaDirection.ToDevice));

        var (raw, mapped) = (board.FrameOf().Mappings[1], board.FrameOf().Mappings[0]);
        Assert.Equal((BufferAccess.Scatterlist, BufferAccess.Map), (raw.Access, mapped.Access));
        Assert.Equal(mapped.ToTable().ToImmutableArray(), raw.ToTable().ToImmutableArray());
    }

    [Fact]
    public void GetScatterlist_of_a_translated_importer_is_not_translated()
    {
        var board = MappedBoard.With(100_000).After(Attach("vop"), GetScatterlist("vop"));

        Assert.Null(Assert.Single(board.FrameOf().Mappings).Mapped);
        Assert.Empty(board.Translation.Held);
    }

    [Fact]
    public void GetPfns_gives_every_page_whole_and_the_last_one_partly()
    {
        var frame = MappedBoard.With(100_000).After(Attach("wide"), GetPfns("wide")).FrameOf();

        Assert.Equal(25UL, frame.Mappings[0].Storage.PageCount);
        Assert.Equal(0UL, frame.Costs.ListsBuilt);
    }

    [Theory]
    [InlineData(null, BufferAccess.Map | BufferAccess.Scatterlist | BufferAccess.Pfns)]
    [InlineData("splash", BufferAccess.Map | BufferAccess.Pfns)]
    [InlineData("vram", BufferAccess.Map | BufferAccess.Pfns)]
    [InlineData("stolen", BufferAccess.Map)]
    public void Attachment_shows_what_the_storage_offers(string? memory, BufferAccess offered)
    {
        var frame = MappedBoard.With(100_000, null, memory).After(Attach("gpu")).FrameOf();

        Assert.Equal(offered, frame.Attachments[0].Access);
    }

    [Theory]
    [InlineData("splash", true)]
    [InlineData("stolen", true)]
    [InlineData("stolen", false)]
    public void Raw_access_is_EINVAL_where_the_storage_does_not_offer_it(string memory, bool asList)
    {
        var attached = MappedBoard.With(100_000, null, memory).After(Attach("wide"));

        var refusal = attached.RefusalOf(asList ? GetScatterlist("wide") : GetPfns("wide"));

        Assert.Equal((Errno.EINVAL, "wide", "Access"), (refusal.Errno, refusal.Importer, refusal.Field));
    }

    [Fact]
    public void Put_refuses_what_was_taken_otherwise()
    {
        var taken = MappedBoard.With(100_000).After(Attach("wide"), GetScatterlist("wide"));

        Assert.Equal(Errno.EINVAL, taken.RefusalOf(Unmap("wide")).Errno);
        Assert.Equal(Errno.EINVAL, taken.RefusalOf(new DmaCommand.PutPfns("wide")).Errno);
        Assert.Empty(taken.After(new DmaCommand.PutScatterlist("wide")).FrameOf().Mappings);
        Assert.Equal(Errno.EBUSY, taken.RefusalOf(Detach("wide")).Errno);
    }

    [Fact]
    public void Raw_access_keeps_the_storage_where_it_is()
    {
        var held = MappedBoard.With(100_000, NamedPolicies.Find("migrate")).After(Attach("wide"), GetPfns("wide"), Attach("vop"));

        Assert.Equal(Errno.EAGAIN, held.RefusalOf(Map("vop")).Errno);
        Assert.Equal(["cma"], held.After(new DmaCommand.PutPfns("wide")).FrameOf().Storage!.Regions);
    }

    [Theory]
    [InlineData("secure", "wide", Errno.EPERM, "Trusted")]
    [InlineData("vram", "ttm", Errno.EINVAL, "NeedsStructPage")]
    [InlineData("stolen", "ttm", Errno.EINVAL, "NeedsStructPage")]
    [InlineData("vram", "wide", Errno.EOPNOTSUPP, "PeerToPeer")]
    public void Attach_refuses_who_cannot_take_the_memory(string memory, string device, Errno errno, string field)
    {
        var refusal = MappedBoard.With(100_000, null, memory).RefusalOf(Attach(device));

        Assert.Equal((errno, device, field), (refusal.Errno, refusal.Importer, refusal.Field));
    }

    [Fact]
    public void Map_refuses_with_EREMOTEIO_where_no_bus_leads()
    {
        var attached = MappedBoard.With(100_000, null, "vram").After(Attach("gpu"), Attach("nic"), Attach("farnic"), Map("nic"));

        var refusal = attached.RefusalOf(Map("farnic"));

        Assert.Equal((Errno.EREMOTEIO, "farnic", "PeerBus"), (refusal.Errno, refusal.Importer, refusal.Field));
    }

    [Fact]
    public void Attach_lets_a_trusted_device_at_opaque_memory()
    {
        Assert.Equal(["secure"], MappedBoard.With(100_000, null, "secure").After(Attach("vop"), Map("vop")).FrameOf().Storage!.Regions);
    }
}
