using System.Collections.Immutable;
using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Silo.Http;

/// <summary>A buffer to export, in the words of scenario files.</summary>
internal sealed record ExportRequest(
    [property: Description("Bytes, or a text such as 1920x1080x4."), JsonConverter(typeof(SizeConverter))] ulong Size,
    [property: Description("The device that owns the storage; null for a heap.")] string? Exporter = null,
    [property: Description("The board's regions to allocate from, in the order to try them; null for system RAM and contiguous areas.")] ImmutableArray<string>? Memory = null,
    [property: Description("The lines of a video frame; null when the buffer is not a frame.")] LinesRequest? Lines = null,
    [property: Description("How unset parameters of importers are read; null for the policy's way."), JsonConverter(typeof(GettersConverter))] ParameterDefaults? Getters = null,
    [property: Description("How the exporter treats its importers: a policy's name, or its choices; null for the default.")] JsonElement? Policy = null)
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
        ? PolicyFile.Parse($"{{\"policy\": {FileBody.TextOf(given)}}}", FileBody.Name)
        : ExporterPolicy.Default;
}

/// <summary>The lines of a video frame.</summary>
internal sealed record LinesRequest(
    [property: Description("Lines, 1 or more.")] uint Height,
    [property: Description("Bytes of each.")] uint BytesPerLine,
    [property: Description("Bytes from the start of one line to that of the next; null when lines are adjacent.")] uint? Stride = null,
    [property: Description("Where the first line starts, in bytes.")] uint Offset = 0)
{
    /// <summary>The lines of the model.</summary>
    public VideoLines ToLines() => new(Height, BytesPerLine, Stride ?? BytesPerLine, Offset);
}

/// <summary>What a map would return, without mapping.</summary>
internal sealed record TestMapRequest(
    [property: Description("The attachment that would be mapped.")] string Attachment,
    [property: Description("Which way data would move.")] DmaDirection Direction,
    [property: Description("Further options of the map.")] MapOptions Options = MapOptions.None);

/// <summary>Commands that are carried out in order, in one turn with one durable write.</summary>
internal sealed record BatchRequest(
    [property: Description("1 or more.")] ImmutableArray<DmaCommand> Commands,
    [property: Description("Whether to continue after a refusal.")] bool KeepGoing = false);

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
