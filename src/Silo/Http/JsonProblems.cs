using System.Text.Json;
using System.Text.RegularExpressions;

namespace DmaGrains.Silo.Http;

/// <summary>What is wrong with a body, without the names of types that the reader's messages have. A test holds each form.</summary>
internal static partial class JsonProblems
{
    /// <summary>Describes the problem; null when the exception is about something else.</summary>
    public static string? Of(Exception problem) => problem switch
    {
        JsonException json => $"{Where(json.Path)}{What(json.Message)}{(json.LineNumber is { } line ? $" (line {line + 1} of the body)" : string.Empty)}.",
        NotSupportedException when problem.Message.Contains("type discriminator", StringComparison.Ordinal) =>
            $"{Where(Path().Match(problem.Message).Groups["path"].Value)}the key '{RequestJson.Kind}' is missing: expected one of {string.Join(", ", RequestJson.Commands.Keys)}.",
        _ => null,
    };

    private static string Where(string? path) => path is { Length: > 2 } ? $"{path[2..]}: " : string.Empty;

    private static string What(string message) =>
        Missing().Match(message) is { Success: true } missing ? $"{missing.Groups["names"].Value} missing: expected as in /openapi.json"
        : message.Contains("could not be mapped to any", StringComparison.Ordinal) ? "not known here: expected a key as in /openapi.json"
        : message.Contains("could not be converted to", StringComparison.Ordinal) ? "not of the expected type: expected as in /openapi.json"
        : message.Contains("doesn't allow null", StringComparison.Ordinal) ? "null: expected a value"
        : message.Contains("discriminator", StringComparison.Ordinal) ? $"not a command: expected one of {string.Join(", ", RequestJson.Commands.Keys)}"
        : message.Contains("Duplicate property", StringComparison.Ordinal) ? "given twice: expected each key once"
        : Path().Replace(message, string.Empty).TrimEnd('.');

    [GeneratedRegex("missing required properties including: (?<names>.*?)(\\.| Path:|$)")]
    private static partial Regex Missing();

    [GeneratedRegex(" ?Path: (?<path>[^ |]*).*$", RegexOptions.Singleline)]
    private static partial Regex Path();
}
