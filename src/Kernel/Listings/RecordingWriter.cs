using System.Collections.Immutable;
using System.Text.Json;

namespace DmaGrains.Kernel.Listings;

/// <summary>Writes a recording line by line; what is written survives a kill of the recorder.</summary>
/// <param name="output">The output, flushed after each listing.</param>
/// <param name="time">The clock.</param>
public sealed class RecordingWriter(TextWriter output, TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();

    /// <summary>Writes the heading and the existing buffers.</summary>
    /// <param name="source">The source that is read.</param>
    /// <param name="every">The interval between two listings.</param>
    /// <param name="present">The first listing.</param>
    public void Begin(string source, TimeSpan every, ImportedListing present)
    {
        Line(new RecordingHeading(BufferRecording.Format, BufferRecording.Version)
        {
            Source = source,
            Began = time.GetUtcNow(),
            EveryMs = (uint)every.TotalMilliseconds,
        });
        Add(0, ListingChange.Between(present with { Buffers = [] }, present));
    }

    /// <summary>Writes the changes since the previous listing.</summary>
    public void Add(ImmutableArray<ListingChange> changes) => Add(Now, changes);

    /// <summary>Writes the end of the recording and closes the output.</summary>
    public void End()
    {
        Line(new RecordedEvent(Now, RecordedEventKind.Ended));
        output.Dispose();
    }

    private ulong Now => (ulong)(time.GetElapsedTime(_began).Ticks * TimeSpan.NanosecondsPerTick);

    private void Add(ulong at, ImmutableArray<ListingChange> changes)
    {
        foreach (var change in changes)
        {
            if (KindOf(change.Kind) is not { } kind)
            {
                continue;
            }

            Line(new RecordedEvent(at, kind)
            {
                Buffer = change.Buffer,
                Device = change.Device,
                Exporter = kind == RecordedEventKind.Exported ? change.Exporter : null,
                SizeBytes = kind == RecordedEventKind.Exported ? change.SizeBytes : null,
                Name = kind == RecordedEventKind.Exported ? change.Name : null,
            });
        }

        output.Flush();
    }

    private static RecordedEventKind? KindOf(ListingChangeKind kind) => kind switch
    {
        ListingChangeKind.Exported => RecordedEventKind.Exported,
        ListingChangeKind.Attached => RecordedEventKind.Attached,
        ListingChangeKind.Detached => RecordedEventKind.Detached,
        ListingChangeKind.Gone => RecordedEventKind.Gone,
        _ => null,
    };

    private void Line<T>(T line)
    {
        output.Write(JsonSerializer.Serialize(line, RecordingJson.Options));
        output.Write('\n');
    }
}
