using System.Globalization;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DmaGrains.Model;

namespace DmaGrains.Reports;

/// <summary>Reports as JSON: the kernel's field names, numbers as numbers, errnos as the kernel spells them.</summary>
public static class ReportJson
{
    private static readonly JsonSerializerOptions _options = Configured(new());
    private static readonly JsonSerializerOptions _lines = new(_options) { WriteIndented = false };

    /// <summary>Sets what all reports have in common.</summary>
    public static JsonSerializerOptions Configured(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.WriteIndented = true;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        options.Converters.Add(new WholeNumberConverter());
        return options;
    }

    /// <summary>The report's text. Direction marks, which the encoder leaves as they are, are escaped, too.</summary>
    public static string Text<T>(T report) => HarmlessText.Lines(JsonSerializer.Serialize(report, _options));

    /// <summary>The report's text in one line.</summary>
    public static string Line<T>(T report) => HarmlessText.Of(JsonSerializer.Serialize(report, _lines));

    /// <summary>Integers of any length, as numbers.</summary>
    private sealed class WholeNumberConverter : JsonConverter<BigInteger>
    {
        public override BigInteger Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Reports are written only.");

        public override void Write(Utf8JsonWriter writer, BigInteger value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.ToString(CultureInfo.InvariantCulture));
    }
}
