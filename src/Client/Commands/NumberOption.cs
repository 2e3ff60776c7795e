using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Commands;

/// <summary>Options that take a plain number within limits.</summary>
internal static class NumberOption
{
    /// <summary>An option that may be left out.</summary>
    /// <param name="name">Such as <c>--cores</c>.</param>
    /// <param name="description">For the help.</param>
    /// <param name="min">Smallest value.</param>
    /// <param name="max">Largest value.</param>
    public static Option<T?> Optional<T>(string name, string description, T min, T max)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            HelpName = "NUMBER",
            CustomParser = result => Parse(result, name, min, max),
        };

    /// <summary>An option with a default.</summary>
    /// <param name="name">Such as <c>--cores</c>.</param>
    /// <param name="description">For the help.</param>
    /// <param name="min">Smallest value.</param>
    /// <param name="max">Largest value.</param>
    /// <param name="leftOut">The default.</param>
    public static Option<T> Defaulting<T>(string name, string description, T min, T max, T leftOut)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            HelpName = "NUMBER",
            DefaultValueFactory = _ => leftOut,
            CustomParser = result => Parse(result, name, min, max) ?? default,
        };

    private static T? Parse<T>(ArgumentResult result, string name, T min, T max)
        where T : struct, INumber<T>
    {
        var text = result.Tokens.Single().Value;
        if (T.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= min && value <= max)
        {
            return value;
        }

        var kind = typeof(T) == typeof(double) ? "a number" : "a whole number";
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} {Quoted.Text(text)}: expected {kind} from {min} to {max}."));
        return null;
    }
}
