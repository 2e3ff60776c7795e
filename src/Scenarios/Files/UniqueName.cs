using System.Globalization;
using DmaGrains.Model;

namespace DmaGrains.Scenarios.Files;

/// <summary>Makes names unique.</summary>
internal static class UniqueName
{
    /// <summary>The name, with a number appended if it is taken.</summary>
    /// <param name="name">A name of the model.</param>
    /// <param name="taken">The names in use.</param>
    public static string Of(string name, IEnumerable<string> taken)
    {
        var others = taken as IReadOnlySet<string> ?? taken.ToHashSet();
        var unique = name;
        for (var number = 2; others.Contains(unique); number++)
        {
            var suffix = string.Create(CultureInfo.InvariantCulture, $"-{number}");
            unique = $"{name[..Math.Min(name.Length, ModelName.LengthMax - suffix.Length)]}{suffix}";
        }

        return unique;
    }
}
