using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Silo.Http;

/// <summary>A buffer to export, in the words of scenario files.</summary>
/// <param name="Size">Bytes, or a text such as 1920x1080x4.</param>
/// <param name="Exporter">The device that owns the storage; null for a heap.</param>
/// <param name="Memory">The board's regions to allocate from, in the order to try them; null for system RAM and contiguous areas.</param>
/// <param name="Lines">The lines of a video frame; null when the buffer is not a frame.</param>
/// <param name="Getters">How unset parameters of importers are read; null for the policy's way.</param>
/// <param name="Policy">How the exporter treats its importers: a policy's name, or its choices; null for the default.</param>
internal sealed record ExportRequest(
    [property: JsonConverter(typeof(SizeConverter))] ulong Size,
    string? Exporter = null,
    ImmutableArray<string>? Memory = null,
    LinesRequest? Lines = null,
    [property: JsonConverter(typeof(GettersConverter))] ParameterDefaults? Getters = null,
    JsonElement? Policy = null)
{
    /// <summary>The export of the model.</summary>
    /// <param name="name">The buffer's name.</param>
    /// <param name="id">The request's id.</param>
    public BufferExport ToExport(string name, CommandId? id) => new(name, Size, Exporter, Getters)
    {
        Id = id,
        Memory = Memory is { } regions ? new(regions) : default,
        Lines = Lines?.ToLines(),
        Policy = PolicyOf(Policy),
    };

    /// <summary>A policy by its name or its choices; the default when there is none.</summary>
    internal static ExporterPolicy PolicyOf(JsonElement? policy) => policy is { ValueKind: not JsonValueKind.Null } given
        ? PolicyFile.Parse($"{{\"policy\": {JsonSerializer.Serialize(given)}}}", FileBody.Name)
        : ExporterPolicy.Default;
}

/// <summary>The lines of a video frame.</summary>
/// <param name="Height">Lines, 1 or more.</param>
/// <param name="BytesPerLine">Bytes of each.</param>
/// <param name="Stride">Bytes from the start of one line to that of the next; null when lines are adjacent.</param>
/// <param name="Offset">Where the first line starts, in bytes.</param>
internal sealed record LinesRequest(uint Height, uint BytesPerLine, uint? Stride = null, uint Offset = 0)
{
    /// <summary>The lines of the model.</summary>
    public VideoLines ToLines() => new(Height, BytesPerLine, Stride ?? BytesPerLine, Offset);
}

/// <summary>What a map would return, without mapping.</summary>
/// <param name="Attachment">The attachment that would be mapped.</param>
/// <param name="Direction">Which way data would move.</param>
/// <param name="Options">Further options of the map.</param>
internal sealed record TestMapRequest(string Attachment, DmaDirection Direction, MapOptions Options = MapOptions.None);

/// <summary>Commands that are carried out in order, in one turn with one durable write.</summary>
/// <param name="Commands">1 or more.</param>
/// <param name="KeepGoing">Whether to continue after a refusal.</param>
internal sealed record BatchRequest(ImmutableArray<DmaCommand> Commands, bool KeepGoing = false);

/// <summary>Lists in bodies, whose elements may be null whatever their type says.</summary>
internal static class Nulls
{
    /// <summary>EINVAL naming the list when one of its elements is null; else null.</summary>
    public static Refusal? In<T>(string list, ImmutableArray<T> elements)
        where T : class => elements.IsDefault || elements.IndexOf(null!) is not (>= 0 and var index)
        ? null
        : Refusal.Null(list) with { Reason = $"{list}[{index}] is null: expected a value." };

    /// <summary>The same for a list that may be left out.</summary>
    public static Refusal? In<T>(string list, ImmutableArray<T>? elements)
        where T : class => In(list, elements ?? []);
}
