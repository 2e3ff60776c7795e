using CsCheck;
using DmaGrains.Kernel.Listings;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Kernel.Tests.Listings;

public sealed class BufferRecordingTests
{
    private static readonly Gen<ImportedListing> _anyListing = Gen.Select(
        Gen.ULong[1, 5],
        Any.Of("a", "b", "gpu, \u202e 3").Array[0, 3],
        Gen.ULong[1, 3],
        (inode, devices, pages) => new ImportedBuffer(1, pages * 4096, "drm", inode, [.. devices]) { Name = "frame\t\n" })
        .Array[0, 5]
        .Select(buffers => new ImportedListing(ListingSource.Bufinfo, [.. buffers.DistinctBy(buffer => buffer.Inode)], []));

    [Fact]
    public void What_was_recorded_is_read_again() => _anyListing.Array[1, 6].Sample(looks =>
    {
        var recording = BufferRecording.Parse(Record(looks), "recording");

        // At each look, the buffers of the recording are those that were seen, each attached to by whom it was.
        for (var look = 0; look < looks.Length; look++)
        {
            var now = (ulong)look * Clock.TickNanoseconds;
            Assert.Equal(
                looks[look].Buffers.Select(buffer => Say(buffer.SizeBytes, buffer.AttachedDevices!)).Order(StringComparer.Ordinal),
                recording.Buffers
                    .Where(buffer => buffer.AtNanoseconds <= now && !(now >= buffer.AtNanoseconds + buffer.LifetimeNanoseconds))
                    .Select(buffer => Say(buffer.SizeBytes, buffer.Attachments
                        .Where(each => buffer.AtNanoseconds + each.FromNanoseconds <= now && !(now >= buffer.AtNanoseconds + each.ToNanoseconds))
                        .Select(each => each.Device)))
                    .Order(StringComparer.Ordinal));
        }
    });

    [Fact]
    public void A_line_that_was_being_written_when_the_recorder_was_killed_is_left_out() => _anyListing.Array[1, 4].Select(Gen.Int[0, 200]).Sample((looks, cut) =>
    {
        var text = Record(looks);
        var heading = text.IndexOf('\n', StringComparison.Ordinal) + 1;
        var torn = text[..Math.Max(heading, text.Length - cut)];
        var whole = torn[..(torn.LastIndexOf('\n') + 1)];

        Assert.Equal(
            BufferRecording.Parse(whole, "whole").Buffers.Select(buffer => buffer.ToString()),
            BufferRecording.Parse(torn, "torn").Buffers.Select(buffer => buffer.ToString()));
    });

    [Theory]
    [InlineData("", "r:1:1: the file is empty; expected a recording")]
    [InlineData("[]\n", "r:1:2: this is not the first line of a recording; expected an object as docs/import.md describes it")]
    [InlineData("null\n", "r:1:1: null is not the first line of a recording; expected an object")]
    [InlineData("{\"format\":\"dmagrains.buffer-recording\",\"version\":2}\n", "r:1:1: the file is not a recording of buffers; expected \"format\":\"dmagrains.buffer-recording\",\"version\":1")]
    [InlineData("H{\"at_ns\":1,\"what\":\"seen\"}\n", "r:2:25: this is not a line of a recording; expected an object as docs/import.md describes it")]
    [InlineData("H{\"at_ns\":-1,\"what\":\"ended\"}\n", "r:2:12: this is not a line of a recording; expected an object as docs/import.md describes it")]
    [InlineData("H{\"at_ns\":1,\"what\":\"ended\",\"more\":1}\n", "r:2:34: this is not a line of a recording; expected an object as docs/import.md describes it")]
    [InlineData("H{\"at_ns\":1,\"what\":\"gone\",\"buffer\":\"7\"}\n", "r:2:1: there is no buffer '7'; expected one that was exported on a line before")]
    [InlineData("H{\"at_ns\":1,\"what\":\"attached\",\"device\":\"a\"}\n", "r:2:1: there is no buffer ''; expected one that was exported on a line before")]
    [InlineData("HE{\"at_ns\":4,\"what\":\"gone\",\"buffer\":\"7\"}\n", "r:3:1: \"at_ns\" is 4; expected no less than 5 of the line before, at most 3153600000000000000")]
    [InlineData("HEE", "r:3:1: buffer '7' is exported while it is there; expected a line that says it is gone, before")]
    [InlineData("HE{\"at_ns\":5,\"what\":\"attached\",\"buffer\":\"7\"}\n", "r:3:1: the line names no device; expected \"device\"")]
    [InlineData("HE{\"at_ns\":5,\"what\":\"detached\",\"buffer\":\"7\",\"device\":\"a\"}\n", "r:3:1: 'a' detaches from a buffer to which it is not attached; expected a line that says it attached, before")]
    [InlineData("H{\"at_ns\":5,\"what\":\"exported\",\"buffer\":\"7\",\"size_bytes\":0}\n", "r:2:1: an export says no buffer or no size; expected \"buffer\" and \"size_bytes\", 1 to 9223372036854775807")]
    [InlineData("H{\"at_ns\":5,\"what\":\"ended\"}\n{\"at_ns\":5,\"what\":\"ended\"}\n", "r:3:1: the recording has ended before this line; expected nothing after it")]
    public void A_line_that_is_wrong_is_named(string text, string problem)
    {
        var whole = text
            .Replace("H", "{\"format\":\"dmagrains.buffer-recording\",\"version\":1}\n", StringComparison.Ordinal)
            .Replace("E", "{\"at_ns\":5,\"what\":\"exported\",\"buffer\":\"7\",\"size_bytes\":4096}\n", StringComparison.Ordinal);

        Assert.Equal(problem, Assert.ThrowsAny<FileFormatException>(() => BufferRecording.Parse(whole, "r")).Message);
    }

    [Fact]
    public void A_line_without_end_is_refused()
    {
        var text = "{\"format\":\"dmagrains.buffer-recording\",\"version\":1}\n" + new string(' ', BufferRecording.LineMax + 1) + "\n";

        Assert.Equal("r:2:1: the line has 65537 characters; expected at most 65536", Assert.ThrowsAny<FileFormatException>(() => BufferRecording.Parse(text, "r")).Message);
    }

    private static string Say(ulong sizeBytes, IEnumerable<string> devices) => $"{sizeBytes} {string.Join('|', devices.Order(StringComparer.Ordinal))}";

    private static string Record(ImportedListing[] looks)
    {
        var output = new StringWriter();
        var clock = new Clock();
        var writer = new RecordingWriter(output, clock);
        writer.Begin("bufinfo", TimeSpan.FromSeconds(1), looks[0]);
        foreach (var (before, after) in looks.Zip(looks.Skip(1)))
        {
            clock.Tick();
            writer.Add(ListingChange.Between(before, after));
        }

        writer.End();
        return output.ToString();
    }

    private sealed class Clock : TimeProvider
    {
        public const ulong TickNanoseconds = 1_000_000_000;

        private long _now;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _now;

        public void Tick() => _now++;
    }
}
