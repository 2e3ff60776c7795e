using System.Text;
using CsCheck;
using DmaGrains.Model.Constraints;
using DmaGrains.Scenarios.Describing;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Importing;

namespace DmaGrains.Scenarios.Tests.Importing;

public sealed class KernelListingTests
{
    private const string Row = "00004096\t00000002\t00080007\t00000003\tdrm\t00000001\tframe\n";
    private const string Devices = "\tAttached Devices:\n\tgpu\nTotal 1 devices attached\n\n";
    private const string Heading = "\nDma-buf Objects:\nsize    \tflags   \tmode    \tcount   \texp_name\tino     \tname\n";
    private const string End = "\nTotal 1 objects, 4096 bytes\n";

    private static readonly Gen<string> _anyDevice = Gen.Char["abz019.:-_ "].Array[1, 20].Select(name => new string(name));

    private static readonly Gen<DebugfsBuffer> _anyBuffer = Gen.Select(
        Gen.Select(Gen.ULong, Gen.UInt, Gen.UInt, Gen.Long[0, long.MaxValue], Gen.ULong),
        Gen.Char["abc.:- \t\n\r\u001bé<>"].Array[0, 31].Select(name => new string(name)),
        Gen.Select(Gen.UInt, Gen.UInt, Gen.ULong).Select((size, count, mask) => new DmaConstraints(size, count, mask)),
        _anyDevice.Array[0, 5],
        Gen.Bool,
        Any.Of("read fence:vgem unbound seq 1 unsignalled", "Exclusive fence: i915 x signalled").Array[0, 2])
        .Select((numbers, name, union, devices, isPatched, fences) => new DebugfsBuffer(
            numbers.Item1, numbers.Item2, numbers.Item3, numbers.Item4, "drm", numbers.Item5,
            name.Length == 0 ? null : name, isPatched ? union : null, [.. devices])
        {
            Fences = [.. fences],
        });

    public static TheoryData<string> Scenes => [.. Captures.ScenesWith("bufinfo")];

    public static TheoryData<string> SysfsScenes => [.. Captures.ScenesWith("sysfs")];

    [Theory]
    [MemberData(nameof(Scenes))]
    public void Bufinfo_says_what_was_known_of_the_scene(string scene)
    {
        var listing = Parse(Captures.Text(scene, "bufinfo"));

        Assert.Empty(listing.Problems);
        Assert.Equal(
            Captures.Known(scene).OrderByDescending(known => known.Inode),
            listing.Buffers.Select(buffer => (
                buffer.Inode!.Value, buffer.SizeBytes, buffer.Exporter, buffer.Name,
                string.Join(' ', buffer.AttachedDevices!.Value.Reverse()))));
        Assert.Equal((ulong)listing.Buffers.Length, listing.StatedCount);
        Assert.Equal(listing.SizeBytes, listing.StatedBytes);
    }

    [Theory]
    [MemberData(nameof(Scenes))]
    public void Bufinfo_is_written_again_byte_for_byte(string scene)
    {
        var text = Captures.Text(scene, "bufinfo");

        Assert.Equal(text, DebugfsListing.Of([.. Parse(text).Buffers.Select(Debugfs)]));
    }

    [Theory]
    [MemberData(nameof(SysfsScenes))]
    public void Sysfs_files_say_what_was_known_of_the_scene(string scene)
    {
        var listing = Parse(Captures.Text(scene, "sysfs"));

        Assert.Equal(ListingSource.Sysfs, listing.Source);
        Assert.Empty(listing.Problems);
        Assert.Equal(
            Captures.Known(scene).OrderByDescending(known => known.Inode).Select(known => (known.Inode, known.Size, known.Exporter)),
            listing.Buffers.Select(buffer => (buffer.Inode!.Value, buffer.SizeBytes, buffer.Exporter)));
        Assert.All(listing.Buffers, buffer => Assert.Null(buffer.AttachedDevices));
    }

    [Fact]
    public void What_is_written_is_read_again() => _anyBuffer.Array[0, 4].Sample(buffers =>
    {
        var text = DebugfsListing.Of(buffers);
        var listing = Parse(text);

        Assert.Empty(listing.Problems);
        Assert.Equal(text, DebugfsListing.Of([.. listing.Buffers.Select(Debugfs)]));
        Assert.Equal(buffers.Select(buffer => (buffer.Constraints, buffer.Name)), listing.Buffers.Select(buffer => (buffer.Constraints, buffer.Name)));
    });

    [Fact]
    public void A_part_without_heading_and_total_is_read_up_to_what_is_no_listing()
    {
        var listing = Parse($"{Row}\tConstraints: Seg Count: 00000001, Seg Size: 00004096 seg boundary mask: 0000ffff\n{Devices}board/frame: 4096 bytes\nunion: x\n");

        var buffer = Assert.Single(listing.Buffers);
        Assert.Empty(listing.Problems);
        Assert.Equal(2, listing.UnreadLines);
        Assert.Equal(new DmaConstraints(4096, 1, 0xffff), buffer.Constraints);
        Assert.Null(listing.StatedCount);
    }

    [Theory]
    [InlineData("\nDma-buf Objects:\n\texp_name\tsize\tflags\tmode\tcount\n\t\tdrm\t00004096\t00000002\t00080007\t00000003\n\t\tAttached Devices:\n\t\tgpu\n\n\t\tTotal 1 devices attached\n" + End)]
    [InlineData("\nDma-buf Objects:\nsize\tflags\tmode\tcount\texp_name\n00004096\t00000002\t00080007\t00000003\tdrm\n" + Devices + End)]
    [InlineData("\nDma-buf Objects:\nsize    \tflags   \tmode    \tcount   \texp_name\tino     \n00004096\t00000002\t00080007\t00000003\tdrm\t00000001\n" + Devices + End)]
    [InlineData("\nDma-buf Objects:\nsize    \tflags   \tmode    \tcount   \texp_name\tino     \n00004096\t00000002\t00080007\t00000003\tdrm\t00000001\t\n" + Devices + End)]
    [InlineData("\nDma-buf Objects:\nsize    \tflags   \tmode    \tcount   \texp_name\tino     \n00004096\t00000002\t00080007\t00000003\tdrm\t00000001\t\n\tExclusive fence: i915 render signalled\n" + Devices + End)]
    [InlineData(Heading + "00004096\t00000002\t00080007\t00000003\tdrm\t00000001\t<none>\n" + Devices + End)]
    public void Forms_of_all_kernels_are_read(string text)
    {
        foreach (var carried in (string[])[text, text.ReplaceLineEndings("\r\n")])
        {
            var listing = Parse(carried);

            var buffer = Assert.Single(listing.Buffers);
            Assert.Empty(listing.Problems);
            Assert.Equal((4096UL, "drm", null), (buffer.SizeBytes, buffer.Exporter, buffer.Name));
            Assert.Equal(["gpu"], buffer.AttachedDevices!.Value);
            Assert.True(buffer.Inode is null or 1);
        }
    }

    [Theory]
    [InlineData(Heading + Row + "\tAttached Devices:\n\tgpu\nTotal 2 devices attached\n\n" + End, 7, "2 devices")]
    [InlineData(Heading + Row + Devices + "\nTotal 2 objects, 4096 bytes\n", 10, "2 objects")]
    [InlineData(Heading + Row + Devices + "\nTotal 1 objects, 4097 bytes\n", 10, "4097 bytes")]
    [InlineData(Heading + "\tERROR locking buffer object: skipping\n\n" + Row + Devices + End, 4, "could not lock")]
    [InlineData(Heading + Row + Devices, 8, "without its total")]
    [InlineData(Heading + Row + "\tAttached Devices:\n\tgp", 6, "within the buffer that starts on line 4")]
    [InlineData(Heading + "00004096\t0000", 4, "within the line of a buffer")]
    [InlineData("buffers/1/size: 4096\nbuffers/1/exporter_name: dr", 2, "may be cut")]
    [InlineData("buffers/1/size: 4096\n", 1, "has no exporter_name")]
    public void What_is_missing_or_contradicts_itself_is_told(string text, int line, string saying)
    {
        var problem = Parse(text).Problems[0];

        Assert.Equal(line, problem.Line);
        Assert.Contains(saying, problem.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 1, 1, "the text is empty")]
    [InlineData("Dma-buf Objects:\n", 1, 1, "ends after its title")]
    [InlineData("Dma-buf Objects:\nsize\tflags\tmode\tcount\n", 2, 1, "has no column exp_name")]
    [InlineData(Heading + "x\n", 4, 1, "has 1 column")]
    [InlineData(Heading + "0x1000\t2\t2\t1\tdrm\t1\tframe\n", 4, 1, "size is '0x1000'")]
    [InlineData(Heading + "18446744073709551616\t2\t2\t1\tdrm\t1\tframe\n", 4, 1, "size is '18446744073709551616'")]
    [InlineData(Heading + "4096\t100000000\t2\t1\tdrm\t1\tframe\n", 4, 6, "flags is '100000000'")]
    [InlineData(Heading + "4096\t2\t2\t1\tdrm\t-1\tframe\n", 4, 16, "ino is '-1'")]
    [InlineData(Heading + Row + "\tAttached Devices:\ngpu\n\n", 6, 1, "is among the devices")]
    [InlineData(Heading + Row + "\tConstraints: Seg Count: 4294967296, Seg Size: 1 seg boundary mask: f\n", 5, 26, "count is '4294967296'")]
    [InlineData(Heading + Row + "\tA line that is nothing, and too long to be the rest of a name: 32 bytes are most\n", 5, 1, "before the devices")]
    [InlineData(Heading + Row + Devices + End + "more\n", 11, 1, "follows the total")]
    [InlineData("buffers/1/size: 1\nbuffers/1/size: 1\n", 2, 1, "appears twice")]
    [InlineData("buffers/1/size: 1\nhello\n", 2, 1, "is not a file of a buffer")]
    [InlineData("buffers/1/size: 1a\n", 1, 17, "size is '1a'")]
    [InlineData("buffers/99999999999999999999/size: 1\n", 1, 9, "the inode is")]
    public void What_is_no_listing_is_refused_with_its_place(string text, int line, int column, string saying)
    {
        var refused = Assert.Throws<FileFormatException>(() => Parse(text));

        Assert.Equal((line, column), (refused.Line, refused.Column));
        Assert.Contains(saying, refused.Message, StringComparison.Ordinal);
        Assert.Contains("; expected ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_cut_anywhere_has_the_buffers_before_the_cut()
    {
        var text = Captures.Text(Captures.ScenesWith("bufinfo").First(scene => scene.Contains("17", StringComparison.Ordinal)), "bufinfo");
        var whole = Parse(text).Buffers.Select(buffer => buffer.Inode).ToList();
        var end = text.TrimEnd().Length;

        for (var length = Heading.Length; length < end; length++)
        {
            var cut = Parse(text[..length]);

            Assert.NotEmpty(cut.Problems);
            Assert.Equal(whole.Take(cut.Buffers.Length), cut.Buffers.Select(buffer => buffer.Inode));
            Assert.True(cut.Buffers.SkipLast(1).All(buffer => buffer.IsComplete));
        }

        for (var length = 0; length < Heading.Length; length++)
        {
            ReadsOrRefuses(text[..length]);
        }
    }

    [Fact]
    public void A_text_of_sysfs_cut_anywhere_is_read_or_refused()
    {
        var text = Captures.Text(Captures.ScenesWith("sysfs").First(), "sysfs");

        for (var length = 0; length < text.Length; length++)
        {
            ReadsOrRefuses(text[..length]);
        }
    }

    [Fact]
    public void A_text_changed_anywhere_is_read_or_refused()
    {
        string[] texts = [.. Captures.ScenesWith("bufinfo").Take(3).Select(scene => Captures.Text(scene, "bufinfo")), .. Captures.ScenesWith("sysfs").Take(2).Select(scene => Captures.Text(scene, "sysfs"))];
        var anyPiece = Gen.OneOf(
            Any.Of("\n", "\t", "\0", "\r\n", "Total 1 devices attached\n", "\tAttached Devices:\n", "99999999999999999999", "-1", "\u001b[2J", "\ud800", "size", "Total 0 objects, 0 bytes\n"),
            Gen.String[0, 4]);
        Gen.Select(Gen.Int[0, texts.Length - 1], Gen.Select(Gen.Double[0, 1], Gen.Int[0, 60], anyPiece).Array[1, 4]).Sample(
            (index, changes) => ReadsOrRefuses(changes.Aggregate(texts[index], (text, change) =>
            {
                var start = (int)(change.Item1 * text.Length);
                return $"{text[..start]}{change.Item3}{text[Math.Min(text.Length, start + change.Item2)..]}";
            })),
            iter: 2000);
    }

    [Fact]
    public void A_file_of_any_bytes_is_read_or_refused()
    {
        using var file = new Files.TemporaryFile([.. Encoding.UTF8.GetBytes(Heading + Row[..^6]), 0xff, 0xfe, .. Encoding.UTF8.GetBytes($"\n{Devices}{End}")]);

        Assert.Equal("\ufffd\ufffd", Assert.Single(KernelListing.Read(file.Path).Buffers).Name);
    }

    [Fact]
    public void A_folder_of_sysfs_is_read()
    {
        using var folder = new TemporaryFolder();
        folder.Write("7/exporter_name", "system\n");
        folder.Write("7/size", "4096\n");
        folder.Write("12/exporter_name", "drm\n");
        folder.Write("12/size", "8192\n");

        var listing = KernelListing.Read(folder.Path);

        Assert.Equal([(12UL, "drm", 8192UL), (7UL, "system", 4096UL)], listing.Buffers.Select(buffer => (buffer.Inode!.Value, buffer.Exporter, buffer.SizeBytes)));
        Assert.Empty(listing.Problems);
    }

    [Fact]
    public void A_folder_of_anything_else_is_refused()
    {
        using var folder = new TemporaryFolder();

        Assert.Empty(KernelListing.Read(folder.Path).Buffers);

        folder.Write("a/size", "x");
        Assert.Contains("no buffers in it", Assert.Throws<FileFormatException>(() => KernelListing.Read(folder.Path)).Message, StringComparison.Ordinal);
    }

    private static ImportedListing Parse(string text) => KernelListing.Parse(text, "bufinfo");

    private static DebugfsBuffer Debugfs(ImportedBuffer buffer) => new(
        buffer.SizeBytes, buffer.Flags!.Value, buffer.Mode!.Value, buffer.Count!.Value, buffer.Exporter, buffer.Inode!.Value, buffer.Name,
        buffer.Constraints, buffer.AttachedDevices!.Value)
    {
        Fences = buffer.Fences,
    };

    private static void ReadsOrRefuses(string text)
    {
        try
        {
            Assert.All(Parse(text).Problems, problem => Assert.True(problem.Line > 0));
        }
        catch (FileFormatException refused)
        {
            Assert.True(refused.Line > 0 && refused.Column > 0);
            Assert.Contains("; expected ", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(refused.Message, char.IsControl);
        }
    }
}
