using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Tests.Boards;
using DmaGrains.Tests.Shared;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class MapTests
{
    [Fact]
    public void Map_allocates_under_the_union_of_all_who_are_attached_at_that_moment()
    {
        var scattered = With(100_000).After(Attach("gpu"), Map("gpu"));
        var contiguous = With(100_000).After(Attach("gpu"), Attach("display"), Map("gpu"));

        Assert.Equal(2, scattered.FrameOf().Storage!.Extents.Length);
        Assert.Equal(["ram"], scattered.FrameOf().Storage!.Regions);
        Assert.Single(contiguous.FrameOf().Storage!.Extents);
        Assert.Equal(["cma"], contiguous.FrameOf().Storage!.Regions);
    }

    [Fact]
    public void Map_forgets_an_importer_that_left_before_the_first_map()
    {
        var board = With(100_000).After(Attach("gpu"), Attach("display"), Detach("display"), Map("gpu"));

        Assert.Equal(["ram"], board.FrameOf().Storage!.Regions);
        Assert.Equal(uint.MaxValue, board.FrameOf().Storage!.AllocatedUnder.MaxSegmentSize);
    }

    [Fact]
    public void Map_answers_the_mapping_and_its_list_covers_the_buffer()
    {
        var (board, reply) = With(100_001).After(Attach("gpu")).Execute(Frame, Map("gpu"));

        var mapping = reply.Value.Mapping!;

        Assert.Equal(
            ("gpu", "gpu", DmaDirection.Bidirectional, 100_001UL),
            (mapping.Name, mapping.Attachment, mapping.Direction, mapping.SizeBytes));
        Assert.Equal(100_001UL, mapping.ToTable().LengthBytes);
        Assert.Same(board.FrameOf().Storage, mapping.Storage);
    }

    [Fact]
    public void Map_asks_for_memory_once()
    {
        var attached = With(4096).After(Attach("gpu"));
        var mapped = attached.After(Map("gpu"));

        Assert.Equal(new("frame", 0), attached.FrameOf().AllocationFor(Map("gpu"))!.Token);
        Assert.Null(mapped.FrameOf().AllocationFor(Map("gpu")));
        Assert.Null(mapped.FrameOf().AllocationFor(new DmaCommand.Map("other", "gpu", DmaDirection.ToDevice)));
        Assert.Null(attached.FrameOf().AllocationFor(Map("ghost")));
        Assert.Null(attached.FrameOf().AllocationFor(Attach("display")));
    }

    [Fact]
    public void Map_asks_for_memory_that_everyone_reaches()
    {
        var frame = With(4096).After(Attach("gpu"), Attach("low"), Attach("display")).FrameOf();

        var request = frame.AllocationFor(Map("gpu"))!;

        Assert.Equal((0xfffffUL, "low"), (request.HighestAddress, request.NarrowestImporter));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void Map_is_granted_to_a_latecomer_when_it_reaches_the_last_byte(ulong less, bool granted)
    {
        var frame = With(8192).After(Attach("gpu"), Map("gpu")).FrameOf();
        var late = new Device("late", null) { DmaMask = frame.Storage!.HighestAddress - less };
        var attached = frame.Apply(Attach("late"), late, null).Next;

        var refusal = attached.Apply(Map("late"), null, null).Reply.Refusal;

        Assert.Equal(granted ? null : Errno.EIO, refusal?.Errno);
    }

    [Fact]
    public void Map_throws_when_the_storage_was_allocated_under_another_union()
    {
        var frame = With(4096).After(Attach("gpu")).FrameOf();
        var board = With(4096).After(Attach("display"), Map("display"));
        var foreign = DmaResult.Grant(board.FrameOf().Storage!);

        Assert.Throws<InvalidOperationException>(() => frame.Apply(Map("gpu"), null, foreign));
        Assert.Throws<InvalidOperationException>(() => frame.Apply(Map("gpu"), null, null));
    }

    [Fact]
    public void Map_again_is_granted_without_change()
    {
        var frame = With(4096).After(Attach("gpu"), Map("gpu")).FrameOf();

        var step = frame.Apply(Map("gpu"), null, null);

        Assert.Same(frame, step.Next);
        Assert.False(step.ChangesState);
        Assert.Same(frame.Mappings[0], step.Reply.Value.Mapping);
    }

    [Fact]
    public void Map_keeps_the_list_as_it_was_allocated_when_importers_come_and_go()
    {
        var board = With(100_000).After(Attach("wide"), Map("wide"));
        var before = board.FrameOf().Mappings[0].ToTable().ToImmutableArray();

        var after = board.After(Attach("gpu"), Map("gpu"), Unmap("wide"), Detach("wide"), Unmap("gpu"), Map("gpu"));

        Assert.Equal(before.AsEnumerable(), after.FrameOf().Mappings[0].ToTable().ToImmutableArray());
    }

    [Fact]
    public void Map_keeps_the_list_when_a_latecomer_takes_its_odd_last_segment()
    {
        // The last segment, 2 pages and 904 bytes, fits the latecomer to the byte, though not in whole pages.
        var frame = DmaBuffer.Export(new(Frame, (4 * 4096) + 904)).Value
            .Apply(Attach("gpu"), new("gpu", new(uint.MaxValue, 0, 0)), null).Next;
        var storage = new Model.Memory.BackingStorage(
            frame.Token, ["ram"], [new(2, 1), new(5, 1), new(8, 3)], frame.Constraints);
        frame = frame.Apply(Map("gpu"), null, DmaResult.Grant(storage)).Next;
        var late = frame.Apply(Attach("late"), new("late", new((2 * 4096) + 904, 3, 0)), null);

        var mapped = late.Next.Apply(Map("late"), null, null);

        SgEntry[] entries = [new(2, 0, 4096), new(5, 0, 4096), new(8, 0, (2 * 4096) + 904)];
        Assert.Equal(entries, mapped.Reply.Value.Mapping!.ToTable().Entries);
        Assert.Null(SegmentCheck.FirstViolation(entries, mapped.Next.Constraints, "late"));
    }

    [Fact]
    public void Map_works_until_the_last_detach_of_a_released_buffer() =>
        Assert.Single(With(4096).After(Attach("gpu"), Release(), Map("gpu")).FrameOf().Mappings);

    [Fact]
    public void Unmap_ends_the_mapping_and_keeps_the_storage()
    {
        var board = With(4096).After(Attach("gpu"), Map("gpu"), Unmap("gpu"));

        Assert.Empty(board.FrameOf().Mappings);
        Assert.Same(board.After(Map("gpu")).FrameOf().Storage, board.FrameOf().Storage);
    }

    [Fact]
    public void Map_of_both_attachments_shares_the_storage_and_the_list_as_it_was_allocated()
    {
        var board = With(4096).After(Attach("gpu"), Map("gpu"), Attach("windowed"), Map("windowed"));

        Assert.All(board.FrameOf().Mappings, mapping => Assert.Same(board.FrameOf().Storage, mapping.Storage));
        Assert.All(board.FrameOf().Mappings, mapping =>
            Assert.Equal(board.FrameOf().Storage!.AllocatedUnder, mapping.MadeUnder));
    }

    [Fact]
    public void TestMap_finds_out_whether_a_map_is_without_a_copy()
    {
        var attached = MappedBoard.With(100_000, NamedPolicies.Find("mainline-bouncing")).After(Attach("wide"), Attach("low"));

        var copied = attached.TestMap(Frame, "low", DmaDirection.ToDevice).Value.Mapping!;
        var refusal = attached.TestMap(Frame, "low", DmaDirection.ToDevice, MapOptions.NoBounce).Refusal!;

        Assert.NotEmpty(copied.Mapped!.Bounces);
        Assert.Equal((Errno.EIO, "low", "DmaMask"), (refusal.Errno, refusal.Importer, refusal.Field));
        Assert.True(attached.TestMap(Frame, "wide", DmaDirection.ToDevice, MapOptions.NoBounce).IsGranted);
    }

    [Fact]
    public void TestMap_answers_as_a_map_would_and_holds_nothing()
    {
        var board = With(100_000).After(Attach("gpu"), Attach("display"));

        var tested = board.TestMap(Frame, "gpu", DmaDirection.ToDevice);

        Assert.Equal(1, tested.Value.Mapping!.ToTable().EntryCount);
        Assert.Null(board.FrameOf().Storage);
        Assert.Equal(Errno.ENOENT, board.TestMap("nothing", "gpu", DmaDirection.ToDevice).Refusal!.Errno);
        Assert.Equal("test1", With(1).After(Attach("gpu"), new DmaCommand.Map("test0", "gpu", 0))
            .TestMap(Frame, "gpu", DmaDirection.ToDevice).Value.Mapping!.Name);
    }
}
