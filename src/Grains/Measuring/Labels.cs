using System.Collections.Frozen;
using DmaGrains.Reports;

namespace DmaGrains.Grains.Measuring;

/// <summary>Values of labels, as reports spell them; each is made once.</summary>
/// <typeparam name="T">An enumeration of the model.</typeparam>
internal static class Labels<T>
    where T : struct, Enum
{
    private static readonly FrozenDictionary<T, string> _words =
        Enum.GetValues<T>().Distinct().ToFrozenDictionary(value => value, value => Vocabulary.Spelt(value.ToString()));

    /// <summary>The word for a value.</summary>
    public static string Of(T value) => _words[value];
}
