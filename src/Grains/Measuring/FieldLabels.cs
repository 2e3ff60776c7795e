using System.Collections.Concurrent;
using DmaGrains.Model;
using DmaGrains.Reports;

namespace DmaGrains.Grains.Measuring;

/// <summary>Fields of refusals as values of a label, spelt as reports do.</summary>
internal static class FieldLabels
{
    /// <summary>More fields than the model has; what comes beyond is not told apart.</summary>
    public const int FieldsMax = 256;

    private static readonly ConcurrentDictionary<string, string> _words = new(StringComparer.Ordinal);

    /// <summary>The word for the field of a refusal.</summary>
    public static string Of(Refusal refusal) =>
        refusal.Field is not { } field ? "none"
        : _words.TryGetValue(field, out var word) ? word
        : _words.Count >= FieldsMax ? "other"
        : _words.GetOrAdd(field, Vocabulary.Spelt);
}
