using System.Text.Json;
using DmaGrains.Model.Constraints;

namespace DmaGrains.Reports;

/// <summary>The limits of the table in JSON: those that are stated, by their names in board files.</summary>
public static class LimitsReport
{
    /// <summary>The keys and values; null, and not written, where none is stated.</summary>
    public static IDictionary<string, JsonElement>? Of(ListLimits limits) => limits.IsEmpty
        ? null
        : limits.Stated.ToDictionary(
            stated => Vocabulary.Spelt(stated.Limit.Field), stated => JsonSerializer.SerializeToElement(stated.Value));
}
