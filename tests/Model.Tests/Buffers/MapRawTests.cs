using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Tests.Boards;
using DmaGrains.Tests.Shared;
using static DmaGrains.Model.Tests.Boards.MappedBoard;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Buffers;

/// <summary>Importers that map what they took unmapped (thread #51, #54).</summary>
public sealed class MapRawTests
{
    private static readonly string[] _devices = ["gpu", "vop", "isp", "stacked", "ttm", "nic", "wide", "low", "capture"];

    private static readonly Gen<DmaCommand> _before = Gen.Frequency(
        (4, Gen.OneOf(_devices).Select(Attach)),
        (3, Gen.OneOf(_devices).Select(Map)),
        (1, Gen.OneOf(_devices).Select(Unmap)),
        (1, Gen.OneOf(_devices).Select(Detach)),
        (1, Gen.Select(Gen.OneOf("a", "b"), Gen.Enum<DmaDirection>(), DmaCommand (name, direction) => new DmaCommand.BeginCpuAccess(name, direction))));

    /// <summary>A board after a random history, with everybody attached whom its exporter lets in.</summary>
    private static Gen<Board> BoardUnder(Gen<ExporterPolicy> policies) => Gen.Select(
        policies,
        Gen.OneOf(5000UL, 48_000UL, 60_000UL, 300_000UL, 1_000_000UL),
        Gen.OneOf(null, "vram", "ram", "splash"),
        Gen.Bool,
        _before.Array[0, 12],
        (policy, size, memory, lines, steps) =>
        {
            var exported = MappedBoard.Create().Export(new(Frame, size)
            {
                Policy = policy,
                Memory = memory is null ? default : new(memory),
                Lines = lines && size == 48_000 ? new(48, 1000, 1000) : null,
            }).Next;
            return steps.Concat(_devices.Select(Attach)).Aggregate(exported, (board, step) => board.Execute(Frame, step).Next);
        }).Where(board => board.Buffer(Frame) is not null);

    /// <summary>An exporter that hands out its own addresses maps for itself; who maps a raw list does not.</summary>
    private static readonly Gen<ExporterPolicy> _ownAddresses = RandomPolicies.Any.Select(policy =>
        policy.Lists == ListSharing.Exporters ? policy with { Lists = ListSharing.Shared } : policy);

    private static readonly Gen<ExporterPolicy> _ownLists =
        RandomPolicies.Any.Select(policy => policy with { Lists = ListSharing.Own, Constraints = ConstraintModel.Rfc3 });

    private static readonly Gen<(DmaDirection Direction, MapOptions Options)> _how =
        Gen.Select(Gen.Enum<DmaDirection>(), Gen.Int[0, 15], (direction, options) => (direction, (MapOptions)options));

    [Fact]
    public void Map_is_a_wrapper_of_getting_the_list_and_mapping_it() =>
        Gen.Select(BoardUnder(_ownAddresses), _how).Sample((board, how) =>
        {
            foreach (var attachment in AttachmentsOf(board))
            {
                var map = new DmaCommand.Map("m", attachment, how.Direction) { Options = how.Options };
                var (mapped, reply) = board.Execute(Frame, map);
                var (got, taken) = board.Execute(Frame, new DmaCommand.GetScatterlist("raw", attachment));
                if (!taken.IsGranted)
                {
                    // Without pages there is no list, and options are asked for at the map only.
                    Assert.True(taken.Refusal!.Field == "Access" || !reply.IsGranted);
                    Assert.True(taken.Refusal.Field == "Access" || reply.Refusal!.Errno == Errno.EOPNOTSUPP || reply.Refusal == taken.Refusal);
                    continue;
                }

                var (byHand, rawReply) = got.Execute(
                    Frame, new DmaCommand.MapRaw("m", "raw", how.Direction) { Options = how.Options });

                byHand.AssertInvariants();
                AssertSame(mapped, reply, byHand, rawReply);
                Assert.Equal(
                    mapped.Translation.State.Stages.Length, byHand.Translation.State.Stages.Length);
            }
        }, iter: 150);

    [Fact]
    public void Under_own_lists_a_map_is_a_wrapper_of_getting_frame_numbers_and_mapping_them() =>
        Gen.Select(BoardUnder(_ownLists), _how).Sample((board, how) =>
        {
            foreach (var attachment in AttachmentsOf(board))
            {
                var (mapped, reply) = board.Execute(Frame, new DmaCommand.Map("m", attachment, how.Direction) { Options = how.Options });
                var got = board.Execute(Frame, new DmaCommand.GetPfns("raw", attachment));
                if (got.Reply.IsGranted)
                {
                    var (byHand, rawReply) = got.Next.Execute(
                        Frame, new DmaCommand.MapRaw("m", "raw", how.Direction) { Options = how.Options });

                    AssertSame(mapped, reply, byHand, rawReply);
                }
            }
        }, iter: 40);

    [Fact]
    public void Frame_numbers_are_mapped_whole_page_by_whole_page_and_the_last_one_partly() =>
        Gen.Select(BoardUnder(RandomPolicies.Any), _how).Sample((board, how) =>
        {
            foreach (var attachment in AttachmentsOf(board))
            {
                var got = board.Execute(Frame, new DmaCommand.GetPfns("raw", attachment)).Next;
                var reply = got.Execute(Frame, new DmaCommand.MapRaw("m", "raw", how.Direction)).Reply;
                if (!reply.IsGranted)
                {
                    continue;
                }

                var frame = got.FrameOf();
                var takes = frame.Attachments.Single(known => known.Name == attachment).Takes;
                var entries = reply.Value.Mapping!.ToTable().ToImmutableArray();
                Assert.Equal(frame.SizeBytes, entries.Aggregate(0UL, (sum, entry) => sum + entry.LengthBytes));
                Assert.All(entries[..^1], entry => Assert.Equal(0u, entry.LengthBytes % Page.SizeBytes));
                Assert.All(entries, entry => Assert.True(entry.LengthBytes <= Math.Max(takes.MaxSegmentSize, Page.SizeBytes)));
                Assert.Equal(reply.Value.Mapping.ToSegments().Aggregate(0UL, (sum, segment) => sum + segment.LengthBytes), frame.SizeBytes);
            }
        }, iter: 100);

    [Fact]
    public void Frame_numbers_of_one_run_are_one_entry_whatever_others_limit()
    {
        var board = MappedBoard.With(100_000).After(Attach("isp"), Attach("wide"), GetPfns("wide"), GetScatterlist("isp"), MapRaw("wide"));

        var frame = board.FrameOf();
        var runs = frame.Storage!.Extents.Length;
        Assert.Equal(runs, frame.Mappings.Single(mapping => mapping.Raw == "wide").ToTable().EntryCount);
    }

    [Fact]
    public void Raw_access_that_is_mapped_stays_until_it_is_unmapped()
    {
        var board = MappedBoard.With(100_000).After(Attach("vop"), GetScatterlist("vop"), MapRaw("vop"));

        Assert.Equal(Errno.EBUSY, board.RefusalOf(new DmaCommand.PutScatterlist("vop")).Errno);
        Assert.Equal(2UL, board.RefusalOf(Detach("vop")).Limit);
        Assert.Single(board.Translation.Held);

        var left = board.After(Unmap("raw"), new DmaCommand.PutScatterlist("vop"), Detach("vop"), Release());

        Assert.Empty(left.Translation.Held);
        Assert.Empty(left.Memory.Allocations);
    }

    [Fact]
    public void Frame_numbers_are_mapped_as_often_as_one_likes_and_a_list_once()
    {
        var numbers = MappedBoard.With(100_000).After(
            Attach("vop"), GetPfns("vop"), MapRaw("vop"), new DmaCommand.MapRaw("more", "vop", DmaDirection.ToDevice));

        Assert.Equal(2, numbers.Translation.Held.Count());
        Assert.Equal(2UL, numbers.FrameOf().Costs.ListsBuilt);

        var list = MappedBoard.With(100_000).After(Attach("vop"), GetScatterlist("vop"), MapRaw("vop"));

        Assert.Equal((Errno.EBUSY, "Raw"), Of(list.RefusalOf(new DmaCommand.MapRaw("more", "vop", DmaDirection.ToDevice))));
        Assert.Single(list.After(Unmap("raw"), MapRaw("vop")).Translation.Held);
    }

    [Fact]
    public void MapRaw_sent_again_is_a_repeat()
    {
        var board = MappedBoard.With(100_000).After(Attach("vop"), GetScatterlist("vop"), MapRaw("vop"));

        Assert.Same(board, board.After(MapRaw("vop")));
    }

    [Fact]
    public void Mapping_raw_access_moves_ownership_and_costs_cache_work()
    {
        var got = MappedBoard.With(100_000).After(Attach("wide"), GetPfns("wide"));
        var mapped = got.After(MapRaw("wide"));

        Assert.Equal((0UL, 0UL), (got.FrameOf().Costs.CacheCleans, got.FrameOf().Costs.ListsBuilt));
        Assert.Equal((1UL, 1UL), (mapped.FrameOf().Costs.CacheCleans, mapped.FrameOf().Costs.ListsBuilt));
        Assert.Contains(
            mapped.After(Touch("t", DmaDirection.ToDevice)).FrameOf().Hazards,
            hazard => hazard.Kind == HazardKind.CpuAccessWhileDeviceOwns);
    }

    [Fact]
    public void Mapping_raw_access_out_of_reach_bounces_where_that_is_allowed()
    {
        var board = MappedBoard.With(20_000, NamedPolicies.Find("mainline-bouncing"))
            .After(Attach("wide"), Map("wide"), Attach("low"), GetPfns("low"), MapRaw("low"));

        Assert.NotEmpty(board.FrameOf().Mappings.Single(mapping => mapping.Raw == "low").Mapped!.Bounces);
        Assert.Contains(board.FrameOf().Hazards, hazard => hazard.Kind == HazardKind.Bounced);
    }

    [Fact]
    public void A_list_that_an_MMU_will_join_is_no_hazard_before_it_is_mapped()
    {
        var scattered = MappedBoard.With(100_000, NamedPolicies.Find("mainline")).After(Attach("wide"), Map("wide"));
        var got = scattered.After(Attach("vop"), GetScatterlist("vop"));

        Assert.Empty(got.FrameOf().Hazards);
        Assert.Empty(got.After(MapRaw("vop")).FrameOf().Hazards);
    }

    [Fact]
    public void Who_maps_a_raw_list_by_itself_is_not_handed_the_exporters_addresses()
    {
        var board = MappedBoard.With(100_000, new() { Lists = ListSharing.Exporters })
            .After(Attach("wide"), Attach("vop"), Map("wide"), GetScatterlist("vop"), MapRaw("vop"));

        var mapping = board.FrameOf().Mappings.Single(known => known.Raw == "vop");
        Assert.Null(mapping.Addresses);
        Assert.Equal("smmu", Assert.Single(mapping.Mapped!.Stages).Stage);
        Assert.Single(board.Translation.Held);
        Assert.Empty(board.After(Unmap("raw")).Translation.Held);
    }

    [Fact]
    public void Who_maps_raw_access_of_a_revoked_buffer_is_on_record_once()
    {
        var revoked = MappedBoard.With(100_000).After(Attach("wide"), GetScatterlist("wide"), MapRaw("wide"), new DmaCommand.Revoke());

        Assert.Single(revoked.FrameOf().Hazards, hazard => hazard.Kind == HazardKind.HeldAfterRevoke);
    }

    private static IEnumerable<string> AttachmentsOf(Board board) =>
        board.FrameOf().Attachments.Select(attachment => attachment.Name);

    private static (Errno Errno, string? Field) Of(Refusal refusal) => (refusal.Errno, refusal.Field);

    /// <summary>The exporter's map and the importer's are the same to everybody but in who made them.</summary>
    private static void AssertSame(Board mapped, DmaResult<DmaReply> reply, Board byHand, DmaResult<DmaReply> rawReply)
    {
        Assert.Equal(reply.Refusal, rawReply.Refusal);
        if (!reply.IsGranted)
        {
            return;
        }

        var (whole, raw) = (reply.Value.Mapping!, rawReply.Value.Mapping!);
        Assert.Equal(whole.ToTable().ToImmutableArray(), raw.ToTable().ToImmutableArray());
        Assert.Equal(whole.ToSegments().AsEnumerable(), raw.ToSegments());
        Assert.Equal((whole.Direction, whole.Options, whole.Access), (raw.Direction, raw.Options, raw.Access));
        Assert.Equal(mapped.FrameOf().Hazards.AsEnumerable(), byHand.FrameOf().Hazards);
        Assert.Equal(mapped.FrameOf().Costs, byHand.FrameOf().Costs);
        Assert.Equal(
            (mapped.FrameOf().Cpu.IsWrittenBack, mapped.FrameOf().Cpu.IsDirty, mapped.FrameOf().Cpu.IsStale),
            (byHand.FrameOf().Cpu.IsWrittenBack, byHand.FrameOf().Cpu.IsDirty, byHand.FrameOf().Cpu.IsStale));
        Assert.Equal(mapped.Memory.FreePageCount, byHand.Memory.FreePageCount);
        Assert.Equal(mapped.Translation.Held.Count(), byHand.Translation.Held.Count());
    }
}
