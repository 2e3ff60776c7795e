using System.Collections.Immutable;
using CsCheck;
using DmaGrains.Kernel.Listings;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Kernel.Tests.Listings;

public sealed class ListingChangeTests
{
    private static readonly Gen<ImportedListing> _anyListing = Gen.Select(
        Gen.ULong[1, 6],
        Any.Of("a", "b", "c").Array[0, 3],
        Gen.Bool,
        (inode, devices, isTold) => new ImportedBuffer(1, 4096, "drm", isTold ? inode : null, [.. devices]))
        .Array[0, 6]
        .Select(buffers => Listing([.. buffers]));

    [Fact]
    public void Nothing_changes_between_two_equal_looks() =>
        _anyListing.Sample(listing => ListingChange.Between(listing, listing).IsEmpty);

    [Fact]
    public void Buffers_and_attachments_add_up() => Gen.Select(_anyListing, _anyListing).Sample((before, after) =>
    {
        var changes = ListingChange.Between(before, after).ToLookup(change => change.Kind);

        Assert.Equal(
            after.Buffers.Length - before.Buffers.Length,
            changes[ListingChangeKind.Exported].Count() - changes[ListingChangeKind.Gone].Count());
        Assert.Equal(changes.SelectMany(kind => kind).Count(change => change.Device is not null),
            changes[ListingChangeKind.Attached].Concat(changes[ListingChangeKind.Detached]).Count());
    });

    [Fact]
    public void Changes_tell_who_came_and_who_went()
    {
        var before = Listing(Buffer(2, "gpu"), Buffer(1, "display", "gpu"));
        var after = Listing(Buffer(3), Buffer(1, "gpu", "gpu") with { Name = "frame" });

        Assert.Equal(
            [
                (ListingChangeKind.Exported, "3", null), (ListingChangeKind.Renamed, "1", null), (ListingChangeKind.Attached, "1", "gpu"),
                (ListingChangeKind.Detached, "1", "display"), (ListingChangeKind.Gone, "2", null),
            ],
            ListingChange.Between(before, after).Select(change => (change.Kind, change.Buffer, change.Device)));
    }

    [Fact]
    public void An_inode_that_another_buffer_has_is_one_gone_and_one_new() => Assert.Equal(
        [ListingChangeKind.Gone, ListingChangeKind.Exported],
        ListingChange.Between(Listing(Buffer(1)), Listing(Buffer(1) with { SizeBytes = 8192 })).Select(change => change.Kind));

    private static ImportedBuffer Buffer(ulong inode, params ImmutableArray<string> devices) => new(1, 4096, "drm", inode, devices);

    private static ImportedListing Listing(params ImmutableArray<ImportedBuffer> buffers) => new(ListingSource.Bufinfo, buffers, []);
}
