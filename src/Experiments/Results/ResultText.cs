using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DmaGrains.Model;

namespace DmaGrains.Experiments.Results;

/// <summary>Reads and writes the JSON files of a results folder, with names as in the output of <c>dmagrains --json</c>.</summary>
internal static class ResultText
{
    /// <summary>The largest file that is read, in bytes.</summary>
    private const int LengthMax = 1 << 28;

    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Writes a document.</summary>
    /// <exception cref="ResultsException">It cannot be written.</exception>
    public static void Write<T>(string path, T document) =>
        WholeFile.Write(path, Encoding.UTF8.GetBytes(HarmlessText.Lines(JsonSerializer.Serialize(document, _options)) + "\n"));

    /// <summary>Reads a document.</summary>
    /// <exception cref="ResultsException">It cannot be read, or has other content.</exception>
    public static T Read<T>(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return file.Length <= LengthMax && JsonSerializer.Deserialize<T>(file, _options) is { } read
                ? read
                : throw new JsonException("it is something else");
        }
        catch (JsonException problem)
        {
            var at = problem.LineNumber is { } line ? $":{line + 1}" : string.Empty;
            throw new ResultsException($"{HarmlessText.Of(path)}{at} is damaged, or of another version: expected what 'dmagrains experiment' writes");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw WholeFile.Unreadable(path, problem);
        }
    }
}
