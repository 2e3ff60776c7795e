using System.Globalization;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DmaGrains.Model;

namespace DmaGrains.Client.Output;

/// <summary>Answers as JSON: the kernel's field names, numbers as numbers, errnos as the kernel spells them.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower), new WholeNumberConverter() },
    };

    /// <summary>The document's text. Direction marks, which the encoder leaves as they are, are escaped, too.</summary>
    public static string Text<T>(T document) => HarmlessText.Lines(JsonSerializer.Serialize(document, _options));

    /// <summary>Integers of any length, as numbers.</summary>
    private sealed class WholeNumberConverter : JsonConverter<BigInteger>
    {
        public override BigInteger Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Answers are written only.");

        public override void Write(Utf8JsonWriter writer, BigInteger value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.ToString(CultureInfo.InvariantCulture));
    }
}
