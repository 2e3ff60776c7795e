using System.Text;
using CsCheck;
using DmaGrains.Kernel.Listings;
using DmaGrains.Model.Constraints;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Kernel.Tests.Listings;

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
        Assert.Equal([new(7, 8, 2, "board/frame: 4096 bytes")], listing.LeftOut);
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
    [InlineData(Heading + Row + "\tConstraints: Seg Count: 4294967296, Seg Size: 1 seg boundary mask: f\n", 5, 26, "count is '4294967296'")]
    [InlineData("buffers/1/size: 1\nbuffers/1/size: 1\n", 2, 1, "appears twice")]
    [InlineData("buffers/1/size: 1a\n", 1, 17, "size is '1a'")]
    [InlineData("buffers/99999999999999999999/size: 1\n", 1, 9, "the inode is")]
    public void What_is_no_listing_is_refused_with_its_place(string text, int line, int column, string saying)
    {
        var refused = Assert.Throws<FileFormatException>(() => Parse(text));

        Assert.Equal((line, column), (refused.Line, refused.Column));
        Assert.Contains(saying, refused.Message, StringComparison.Ordinal);
        Assert.Contains("; expected ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Heading + Row + "\tAttached Devices:\n\tgpu\nhello\nTotal 1 devices attached\n\n" + End, 7, "hello")]
    [InlineData(Heading + Row + "\tA line that is nothing, and too long to be the rest of a name: 63 characters are most\n" + Devices + End, 5, "A line that is nothing, and too long to be the rest of a name: 63 characters are…")]
    [InlineData(Heading + Row + "[   12.345678] usb 1-1: new\n" + Devices + End, 5, "usb 1-1: new")]
    [InlineData(Heading + Row + Devices + End + "root@board:~# \n", 11, "root@board:~#")]
    [InlineData("$ cat bufinfo" + Heading + Row + Devices + End, 1, "$ cat bufinfo")]
    [InlineData("```" + Heading + Row + Devices + End, 1, "```")]
    [InlineData("buffers/1/size: 4096\nhello\nbuffers/1/exporter_name: drm\n", 2, "hello")]
    public void What_is_not_of_the_listing_is_left_out_and_told_of(string text, int line, string leftOut)
    {
        var listing = Parse(text);

        Assert.Empty(listing.Problems);
        Assert.Equal((4096UL, "drm"), (listing.Buffers[0].SizeBytes, listing.Buffers[0].Exporter));
        Assert.Equal([new(line, line, 1, leftOut)], listing.LeftOut);
    }

    [Theory]
    [InlineData("\tgpu\nTotal 1 devices attached\n\n" + Row + Devices + End, "begins within a buffer")]
    [InlineData("Total 1 devices attached\n\n" + Row + Devices, "begins within a buffer")]
    [InlineData(Heading + Row + Devices + End + Heading + Row + Devices + End, "Another listing begins")]
    public void A_text_that_begins_late_or_has_two_listings_is_told_of(string text, string saying)
    {
        var listing = Parse(text);

        Assert.Contains(listing.Problems, problem => problem.Problem.Contains(saying, StringComparison.Ordinal));
        Assert.Equal("frame", Assert.Single(listing.Buffers).Name);
    }

    [Theory]
    // Android with msm kernels.
    [InlineData("Dma-buf Objects:\nsize    \tflags   \tmode    \tcount   \texp_name    \tbuf name\n00004096\t00000002\t00080007\t00000003\tion         \tframe\n\tAttached Devices:\n\tgpu\nTotal 1 devices attached\n\n" + End, "ion", "frame", null)]
    [InlineData("Dma-buf Objects:\nsize    \tflags   \tmode    \tcount   \texp_name    \tbuf name\n00004096\t00000002\t00080007\t00000003\tion         \t(null)\n\tAttached Devices:\n\tgpu\nTotal 1 devices attached\n\n" + End, "ion", null, null)]
    [InlineData("Dma-buf Objects:\n\nsize    \tflags   \tmode    \tcount   \texp_name    \tinode   \n00004096\t00000002\t00080007\t00000003\tion         \t1       \nAttached Devices:\n\tgpu\nTotal 1 devices attached\n\n" + End, "ion", null, 1UL)]
    // As pasted into trackers: tabs have become blanks.
    [InlineData("\nDma-buf Objects:\nsize            flags           mode            count           exp_name        ino             name\n00004096        00000000        00080005        00000009        drm     00125955        <none>\n        write fence:drm_sched asahi_sched seq 5809165 signalled\n        Attached Devices:\n        gpu\nTotal 1 devices attached\n\n" + End, "drm", null, 125955UL)]
    // As logged, where dmesg shows tabs as numbers.
    [InlineData("[   10.000001] Dma-buf Objects:\n[   10.000002] size    \\x09flags   \\x09mode    \\x09count   \\x09exp_name\\x09ino     \\x09name\n[   10.000003] 00004096\\x0900000002\\x0900080007\\x0900000003\\x09drm\\x0900000001\\x09frame\n[   10.000004] \\x09Attached Devices:\n[   10.000005] \\x09gpu\n[   10.000006] Total 1 devices attached\n[   10.000007] Total 1 objects, 4096 bytes\n", "drm", "frame", 1UL)]
    // A column that no kernel here is known to have.
    [InlineData("Dma-buf Objects:\nsize    \tflags   \tmode    \tcount   \texp_name\tino     \tname\ttask\n00004096\t00000002\t00080007\t00000003\tdrm\t00000001\tframe\tcomposer\n" + Devices + End, "drm", "frame", 1UL)]
    [InlineData("Dma-buf Objects:\nsize  flags  mode  count  exp_name  task  ino  name\n4096  00000002  00080007  3  drm  composer  1  frame\n    Attached Devices:\n    gpu\nTotal 1 devices attached\n\n" + End, "drm", "frame", 1UL)]
    public void Forms_of_vendors_and_of_those_who_paste_are_read(string text, string exporter, string? name, ulong? inode)
    {
        var listing = Parse(text);

        var buffer = Assert.Single(listing.Buffers);
        Assert.Empty(listing.Problems);
        Assert.Empty(listing.LeftOut);
        Assert.Equal((4096UL, exporter, name, inode), (buffer.SizeBytes, buffer.Exporter, buffer.Name, buffer.Inode));
        Assert.Equal(["gpu"], buffer.AttachedDevices!.Value);
    }

    [Fact]
    public void A_text_within_any_noise_says_the_same()
    {
        string[] texts = [.. Captures.ScenesWith("bufinfo").Select(scene => Captures.Text(scene, "bufinfo")).Where(text => Parse(text).Buffers.All(buffer => !Odd(buffer.Name)))];
        var anyLog = Any.Of("[  123.456789] usb 1-1: new device", "<6>[   12.345678][  T1] audit: x", "Jan  2 03:04:05 board kernel: [  1.000000] Total 7 widgets", "2026-01-02T03:04:05+0000 board systemd[1]: Started.", "01-02 03:04:05.678  123  456 I tag: text");
        var anyReport = Any.Of("# cat /sys/kernel/debug/dma_buf/bufinfo", "root@board:~# adb shell cat /d/dma_buf/bufinfo", "```", "Hello,", "my machine prints:", "", "Total 3 packages", "\u001b[01;32muser@board\u001b[00m:\u001b[01;34m~\u001b[00m$ ls");
        var anyMark = Any.Of("", "> ", "> > ", "[   12.345678] ", "<4>[   12.345678] ", "Jan  2 03:04:05 board kernel: ", "2026-01-02T03:04:05 board kernel: ");
        Gen.Select(
            Gen.Int[0, texts.Length - 1], anyMark, Gen.Bool, Gen.Int[0, 2], Gen.Select(Gen.Double[0, 1], anyLog).Array[0, 5], Gen.Select(anyReport.Array[0, 5], anyReport.Array[0, 5]), Gen.Bool).Sample(
            (index, mark, isCarried, blanks, logs, report, isColoured) =>
            {
                var plain = Parse(texts[index]);
                var lines = texts[index].TrimEnd('\n').Split('\n').Select(line => (IsLog: false, Text: Blanked(line, blanks))).ToList();
                foreach (var (at, log) in logs)
                {
                    lines.Insert((int)(at * lines.Count), (true, log));
                }

                string[] noisy =
                [
                    .. report.Item1,
                    .. lines.Select(line => line.IsLog && mark.Length > 4 ? line.Text : mark + (isColoured ? Coloured(line.Text) : line.Text)),
                    .. report.Item2,
                ];

                var listing = Parse(string.Join(isCarried ? "\r\n" : "\n", noisy) + "\n");

                Assert.Equal(Told(plain), Told(listing));
                Assert.Equal((plain.StatedCount, plain.StatedBytes), (listing.StatedCount, listing.StatedBytes));
                Assert.Empty(listing.Problems);
            },
            iter: 500);

        static bool Odd(string? name) => name is not null && (name.Contains('\n', StringComparison.Ordinal) || name.Contains("  ", StringComparison.Ordinal) || name != name.Trim());

        static string Blanked(string line, int blanks) => blanks == 0 ? line : line.Replace("\t", blanks == 1 ? "        " : "  ", StringComparison.Ordinal);

        static string Coloured(string line) => line.Replace("drm", "\u001b[01;31m\u001b[Kdrm\u001b[m\u001b[K", StringComparison.Ordinal);

        static IEnumerable<string> Told(ImportedListing listing) => listing.Buffers.Select(buffer =>
            $"{buffer.SizeBytes} {buffer.Flags} {buffer.Mode} {buffer.Count} {buffer.Exporter} {buffer.Inode} {buffer.Name} {string.Join(',', buffer.Fences)} {string.Join(',', buffer.AttachedDevices!.Value)} {buffer.Constraints}");
    }

    [Fact]
    public void A_text_cut_at_its_top_has_the_buffers_behind_the_cut()
    {
        var text = Captures.Text(Captures.ScenesWith("bufinfo").First(scene => scene.Contains("17", StringComparison.Ordinal)), "bufinfo");
        var whole = Parse(text).Buffers.Select(buffer => buffer.Inode).ToList();
        var first = text.IndexOf("\tAttached", StringComparison.Ordinal);
        Assert.True(whole.Count > 1);

        for (var start = first; start < text.Length; start++)
        {
            try
            {
                var cut = Parse(text[start..]);
                Assert.Equal(whole.TakeLast(cut.Buffers.Length), cut.Buffers.Select(buffer => buffer.Inode));
                Assert.True(cut.Problems.Length > 0 || cut.Buffers.Length == whole.Count);
            }
            catch (FileFormatException)
            {
                // Nothing but the total is left.
                Assert.DoesNotContain("\n0", text[start..], StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("/sys/kernel/dmabuf/buffers/7/attachments/1/device -> ../../../../../devices/platform/soc/fe00.vc4")]
    [InlineData("  1234  0 lrwxrwxrwx  1 root root  0 Jan  1 00:00 /sys/kernel/dmabuf/buffers/7/attachments/1/device -> ../../../../../../devices/fe00.vc4")]
    public void Attachments_of_sysfs_are_their_devices(string link)
    {
        var listing = Parse($"buffers/7/size: 4096\nbuffers/7/exporter_name: system\n{link}\nbuffers/7/attachments/2/device -> ../x/v3d\nbuffers/7/attachments/2/map_counter: 1\nbuffers/8/size: 1\nbuffers/8/exporter_name: system\n");

        Assert.Equal(["v3d", "fe00.vc4"], listing.Buffers[1].AttachedDevices!.Value);
        Assert.Null(listing.Buffers[0].AttachedDevices);
        Assert.Empty(listing.Problems);
        Assert.Empty(listing.LeftOut);
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
        using var file = new TemporaryFile([.. Encoding.UTF8.GetBytes(Heading + Row[..^6]), 0xff, 0xfe, .. Encoding.UTF8.GetBytes($"\n{Devices}{End}")]);

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
        folder.Write("12/attachments/1/map_counter", "1\n");
        folder.Link("12/attachments/1/device", "../../../../devices/platform/fe00.vc4");

        var listing = KernelListing.Read(folder.Path);

        Assert.Equal([(12UL, "drm", 8192UL), (7UL, "system", 4096UL)], listing.Buffers.Select(buffer => (buffer.Inode!.Value, buffer.Exporter, buffer.SizeBytes)));
        Assert.Empty(listing.Problems);
        Assert.Equal(["fe00.vc4"], listing.Buffers[0].AttachedDevices!.Value);
        Assert.Null(listing.Buffers[1].AttachedDevices);
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
