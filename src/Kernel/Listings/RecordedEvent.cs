using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DmaGrains.Kernel.Listings;

/// <summary>The first line of a recording.</summary>
/// <param name="Format"><see cref="BufferRecording.Format"/>.</param>
/// <param name="Version"><see cref="BufferRecording.Version"/>.</param>
internal sealed record RecordingHeading(string Format, int Version)
{
    /// <summary>The source that was read repeatedly.</summary>
    public string? Source { get; init; }

    /// <summary>When the recording started.</summary>
    public DateTimeOffset? Began { get; init; }

    /// <summary>How often the source was read, in milliseconds.</summary>
    public uint? EveryMs { get; init; }
}

/// <summary>Any other line of a recording.</summary>
/// <param name="AtNs">The time, in nanoseconds from the start.</param>
/// <param name="What">What happened.</param>
internal sealed record RecordedEvent(ulong AtNs, RecordedEventKind What)
{
    /// <summary>The buffer, by an identifier of the recording.</summary>
    public string? Buffer { get; init; }

    /// <summary>Its exporter.</summary>
    public string? Exporter { get; init; }

    /// <summary>Its size, when it was exported.</summary>
    public ulong? SizeBytes { get; init; }

    /// <summary>Its name, when it has one.</summary>
    public string? Name { get; init; }

    /// <summary>The device that attached or detached.</summary>
    public string? Device { get; init; }
}

/// <summary>What happened to a recorded buffer.</summary>
internal enum RecordedEventKind
{
    /// <summary>It was exported, or existed when the recording started.</summary>
    Exported,

    /// <summary>A device attached.</summary>
    Attached,

    /// <summary>A device detached.</summary>
    Detached,

    /// <summary>It is gone.</summary>
    Gone,

    /// <summary>The recording ended.</summary>
    Ended,
}

/// <summary>How recordings are written and read.</summary>
internal static class RecordingJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        Encoder = JavaScriptEncoder.Default,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };
}
