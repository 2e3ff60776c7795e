using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DmaGrains.Client.Output;

/// <summary>How answers look as JSON: the kernel's field names, numbers as numbers, errnos as the kernel spells them.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The document's text.</summary>
    public static string Text<T>(T document) => JsonSerializer.Serialize(document, _options);
}
