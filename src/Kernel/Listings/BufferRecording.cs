using System.Collections.Immutable;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;
using DmaGrains.Model.Buffers;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Listings;

/// <summary>A recording of a kernel's buffers over time; docs/import.md describes the file.</summary>
/// <param name="Buffers">The buffers, in the order in which they came.</param>
/// <param name="EndNanoseconds">When the recording ended, in nanoseconds from its start.</param>
/// <param name="Fingerprint">A hash of the file, to tell recordings apart.</param>
public sealed record BufferRecording(ImmutableArray<RecordedBuffer> Buffers, ulong EndNanoseconds, ulong Fingerprint)
{
    /// <summary>Longest file, in bytes.</summary>
    public const int LengthMax = 256 << 20;

    /// <summary>Longest line, in characters.</summary>
    public const int LineMax = 64 << 10;

    /// <summary>The format, as the first line names it.</summary>
    public const string Format = "dmagrains.buffer-recording";

    /// <summary>The version of the format that is written and read.</summary>
    public const int Version = 1;

    /// <summary>Longest recording: 36500 days, as for experiments.</summary>
    public const ulong NanosecondsMax = 36_500UL * 24 * 3600 * 1_000_000_000;

    /// <summary>Reads a recording.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileFormatException">The file cannot be read, or a line is malformed or contradicts those before it.</exception>
    public static BufferRecording Read(string path) => Parse(FileText.Read(path, LengthMax), path);

    /// <summary>Reads a recording from its text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">Its name in messages.</param>
    /// <exception cref="FileFormatException">A line is malformed or contradicts those before it.</exception>
    public static BufferRecording Parse(string text, string file)
    {
        var reading = new Reading(file);
        var lines = new StringReader(text);
        for (var number = 1; lines.ReadLine() is { } line; number++)
        {
            // The last line was being written when the machine or the recorder stopped.
            var isTorn = lines.Peek() < 0 && !text.EndsWith('\n');
            if (!isTorn || number == 1)
            {
                reading.Add(number, line);
            }
        }

        return reading.End(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan())));
    }

    private sealed class Reading(string file)
    {
        private readonly List<Open> _buffers = [];
        private readonly Dictionary<string, Open> _present = [];
        private ulong _now;
        private int _line;
        private bool _isEnded;

        public void Add(int number, string line)
        {
            _line = number;
            if (line.Length > LineMax)
            {
                throw Wrong($"the line has {line.Length} characters", $"at most {LineMax}");
            }

            if (number == 1)
            {
                var heading = Read<RecordingHeading>(line, "the first line of a recording");
                if (heading.Format != Format || heading.Version != Version)
                {
                    throw Wrong("the file is not a recording of buffers", $"\"format\":\"{Format}\",\"version\":{Version}");
                }

                return;
            }

            var recorded = Read<RecordedEvent>(line, "a line of a recording");
            if (recorded.AtNs < _now || recorded.AtNs > NanosecondsMax || _isEnded)
            {
                throw Wrong(
                    _isEnded ? "the recording has ended before this line" : $"\"at_ns\" is {recorded.AtNs}",
                    _isEnded ? "nothing after it" : $"no less than {_now} of the line before, at most {NanosecondsMax}");
            }

            _now = recorded.AtNs;
            Apply(recorded);
        }

        public BufferRecording End(ulong fingerprint) => _line == 0
            ? throw new Place(file, 1, 1).Fail("the file is empty", "a recording")
            : new([.. _buffers.Select(buffer => buffer.Close(_now))], _now, fingerprint);

        private void Apply(RecordedEvent recorded)
        {
            switch (recorded.What)
            {
                case RecordedEventKind.Exported when recorded is { Buffer: { } name, SizeBytes: >= 1 and <= BufferExport.SizeBytesMax }:
                    var exported = new Open(recorded.AtNs, recorded.SizeBytes.Value);
                    if (!_present.TryAdd(name, exported))
                    {
                        throw Wrong($"buffer {Quoted.Text(name)} is exported while it is there", "a line that says it is gone, before");
                    }

                    _buffers.Add(exported);
                    break;
                case RecordedEventKind.Exported:
                    throw Wrong("an export says no buffer or no size", $"\"buffer\" and \"size_bytes\", 1 to {BufferExport.SizeBytesMax}");
                case RecordedEventKind.Attached:
                    Find(recorded).Attach(Device(recorded), recorded.AtNs);
                    break;
                case RecordedEventKind.Detached when !Find(recorded).Detach(Device(recorded), recorded.AtNs):
                    throw Wrong($"{Quoted.Text(recorded.Device!)} detaches from a buffer to which it is not attached", "a line that says it attached, before");
                case RecordedEventKind.Detached:
                    break;
                case RecordedEventKind.Gone:
                    Find(recorded).GoneAt = recorded.AtNs;
                    _present.Remove(recorded.Buffer!);
                    break;
                case RecordedEventKind.Ended:
                    _isEnded = true;
                    break;
            }
        }

        private Open Find(RecordedEvent recorded) => recorded.Buffer is { } name && _present.TryGetValue(name, out var buffer)
            ? buffer
            : throw Wrong($"there is no buffer {Quoted.Text(recorded.Buffer ?? string.Empty)}", "one that was exported on a line before");

        private string Device(RecordedEvent recorded) => recorded.Device is { Length: > 0 } device ? device : throw Wrong("the line names no device", "\"device\"");

        private T Read<T>(string line, string what)
        {
            try
            {
                return JsonSerializer.Deserialize<T>(line, RecordingJson.Options) ?? throw Wrong($"null is not {what}", "an object");
            }
            catch (JsonException problem)
            {
                var column = (int)Math.Min(problem.BytePositionInLine ?? 0, int.MaxValue - 1) + 1;
                throw new Place(file, _line, column).Fail($"this is not {what}", "an object as docs/import.md describes it");
            }
        }

        private FileFormatException Wrong(string problem, string expected) => new Place(file, _line, 1).Fail(problem, expected);
    }

    /// <summary>A buffer whose end has not been read yet.</summary>
    private sealed class Open(ulong at, ulong sizeBytes)
    {
        private readonly List<(string Device, ulong From, ulong? To)> _attachments = [];

        public ulong? GoneAt { get; set; }

        public void Attach(string device, ulong now) => _attachments.Add((device, now - at, null));

        public bool Detach(string device, ulong now)
        {
            var index = _attachments.FindIndex(attachment => attachment.To is null && attachment.Device == device);
            if (index >= 0)
            {
                _attachments[index] = _attachments[index] with { To = now - at };
            }

            return index >= 0;
        }

        public RecordedBuffer Close(ulong end) => new(
            at, sizeBytes, GoneAt is { } gone && gone <= end ? gone - at : null,
            [.. _attachments.Select(attachment => new RecordedAttachment(attachment.Device, attachment.From, attachment.To))]);
    }
}

/// <summary>A buffer of a recording.</summary>
/// <param name="AtNanoseconds">When it was exported, from the start of the recording; 0 when it existed before.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="LifetimeNanoseconds">How long it existed; null when it still did at the end.</param>
/// <param name="Attachments">The attachments, in order.</param>
public sealed record RecordedBuffer(
    ulong AtNanoseconds, ulong SizeBytes, ulong? LifetimeNanoseconds, ImmutableArray<RecordedAttachment> Attachments);

/// <summary>An attachment to a recorded buffer.</summary>
/// <param name="Device">The kernel's name of the device.</param>
/// <param name="FromNanoseconds">When it attached, from the buffer's export.</param>
/// <param name="ToNanoseconds">When it detached, from the buffer's export; null when it stayed as long as the buffer.</param>
public sealed record RecordedAttachment(string Device, ulong FromNanoseconds, ulong? ToNanoseconds);
