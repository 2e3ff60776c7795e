using System.Text.Json;
using DmaGrains.Model.Buffers.History;

namespace DmaGrains.Reports;

/// <summary>An event of a buffer.</summary>
/// <param name="Id">Its id, <c>ROW-PLACE</c>; the same after a restart.</param>
/// <param name="Time">When it was made durable, in UTC; null when it was stored by a build that kept no times.</param>
/// <param name="Caller">The caller of the request's id; null for a request without an id.</param>
/// <param name="Command">The command, as the command line spells it.</param>
/// <param name="Name">The attachment or mapping that it names; null for none.</param>
/// <param name="Of">An attach's device, a map's attachment or the raw access that is mapped; null for none.</param>
/// <param name="Outcome"><c>ok</c>, or the errno.</param>
/// <param name="Importer">The device at fault of a refusal, or null.</param>
/// <param name="Field">The parameter or argument that failed, or null.</param>
public sealed record BufferEventReport(
    string Id, DateTimeOffset? Time, string? Caller, string Command, string? Name, string? Of, string Outcome, string? Importer, string? Field)
{
    /// <summary>The report of an event.</summary>
    public static BufferEventReport From(BufferEvent told) => new(
        told.Id.ToString(),
        told.Time,
        told.Caller,
        JsonNamingPolicy.KebabCaseLower.ConvertName(told.Kind.ToString()),
        told.Name.Length == 0 ? null : told.Name,
        told.Other.Length == 0 ? null : told.Other,
        told.Refusal?.Errno.ToString() ?? Vocabulary.Ok,
        told.Refusal?.Importer,
        told.Refusal?.Field is { } field ? Vocabulary.Spelt(field) : null);
}
