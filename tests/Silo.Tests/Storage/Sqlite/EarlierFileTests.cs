using DmaGrains.Interfaces;
using DmaGrains.Model.Buffers;
using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;

namespace DmaGrains.Silo.Tests.Storage.Sqlite;

/// <summary>
/// State files of earlier builds. One had no journals: the buffer <c>frame</c> with 18 importers and 17 mappings, which that build kept in chunks,
/// and <c>small</c> with an importer. The next had a row of the table for each row of a journal: <c>frame</c> with 2 importers and a mapping, and
/// <c>small</c>, from which the second of 5 importers has detached.
/// </summary>
public sealed class EarlierFileTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Buffers_of_a_build_before_journals_are_as_they_were_and_stay_so()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("state.db");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Earlier", "2026-11-29-before-journals.db"), file);

        for (var start = 0; start < 3; start++)
        {
            await using var silo = await EmbeddedSilo.StartAsync(StorageProvider.OpenSqlite(file), Cancellation);
            var frame = silo.Grains.GetBuffer("raspberry-pi-4", "frame");
            var described = (await frame.DescribeAsync()).Value;
            Assert.Equal(Enumerable.Range(1, 18).Select(number => $"a{number}").Order(StringComparer.Ordinal), described.Attachments.Select(attachment => attachment.Name));
            Assert.Equal(Enumerable.Range(1, 17).Select(number => $"m{number}").Order(StringComparer.Ordinal), described.Mappings.Select(mapping => mapping.Name));
            Assert.All(described.Mappings, mapping => Assert.Equal(1 << 20, mapping.ToSegments().Sum(segment => (long)segment.LengthBytes)));
            Assert.Equal("a", Assert.Single((await silo.Grains.GetBuffer("raspberry-pi-4", "small").DescribeAsync()).Value.Attachments).Name);

            // What that build answered is remembered, and what was attached later is kept.
            Assert.True((await frame.MapAttachmentAsync("m1", "a1", DmaDirection.Bidirectional)).IsGranted);
            Assert.True((await frame.AttachAsync("later", "v3d")).IsGranted);
            Assert.True((await frame.DetachAsync("later")).IsGranted);
        }
    }

    [Fact]
    public async Task Buffers_of_a_build_whose_rows_were_each_alone_are_as_they_were_and_stay_so()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("state.db");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Earlier", "2026-11-30-rows.db"), file);

        for (var start = 0; start < 3; start++)
        {
            await using var silo = await EmbeddedSilo.StartAsync(StorageProvider.OpenSqlite(file), Cancellation);
            var small = silo.Grains.GetBuffer("raspberry-pi-4", "small");
            var described = (await silo.Grains.GetBuffer("raspberry-pi-4", "frame").DescribeAsync()).Value;
            Assert.Equal(["a1", "a2"], described.Attachments.Select(attachment => attachment.Name));
            Assert.Equal(new(0x3c000000), Assert.Single(Assert.Single(described.Mappings).ToSegments()).Address);
            Assert.Equal(["b1", "b3", "b4", "b5"], (await small.DescribeAsync()).Value.Attachments.Select(attachment => attachment.Name));

            var later = Enumerable.Range(0, 40).Select(number => $"later{number}").ToList();
            Assert.All(await Task.WhenAll(later.Select(name => small.AttachAsync(name, "v3d"))), reply => Assert.True(reply.IsGranted));
            Assert.All(await Task.WhenAll(later.Select(name => small.DetachAsync(name))), reply => Assert.True(reply.IsGranted));
        }
    }
}
