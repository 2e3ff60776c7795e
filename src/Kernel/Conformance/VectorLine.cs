using System.Text.Json;

namespace DmaGrains.Kernel.Conformance;

/// <summary>One line of a vector file, and where it stands.</summary>
/// <param name="Path">The file, as the caller named it.</param>
/// <param name="Number">From 1.</param>
/// <param name="Text">The line without its end.</param>
internal readonly record struct VectorLine(string Path, int Number, string Text)
{
    private static readonly JsonDocumentOptions _options = new() { AllowDuplicateProperties = false };

    public VectorFileException Fault(string found, string expected) =>
        new(Path, Number, $"{found}; expected {expected}");

    public JsonDocument Parse()
    {
        try
        {
            return JsonDocument.Parse(Text, _options);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The parser counts lines within this line, so that part of its message is cut off.
            var reason = fault.Message.Split(" LineNumber:")[0].TrimEnd('.');
            throw Fault($"malformed JSON ({reason})", "one JSON object a line");
        }
    }
}
