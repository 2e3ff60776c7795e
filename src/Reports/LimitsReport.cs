using System.Text.Json;
using DmaGrains.Model.Constraints;

namespace DmaGrains.Reports;

/// <summary>Stated further limits in JSON, by their names in board files.</summary>
public static class LimitsReport
{
    /// <summary>The names and values; null, and not written, when none is stated.</summary>
    public static IDictionary<string, JsonElement>? Of(ListLimits limits) => limits.IsEmpty
        ? null
        : limits.Stated.ToDictionary(
            stated => Vocabulary.Spelt(stated.Limit.Field), stated => JsonSerializer.SerializeToElement(stated.Value));
}
