using System.CommandLine;
using System.Globalization;

namespace DmaGrains.Client.Commands;

/// <summary>Options whose numbers have limits.</summary>
internal static class RangeOption
{
    /// <summary>Refuses what is below or above.</summary>
    public static void Limit<T>(Option<T?> option, T min, T max)
        where T : struct, IComparable<T> => Add(option, min, max, result => result.GetValue(option));

    /// <summary>Refuses what is below or above.</summary>
    public static void Limit<T>(Option<T> option, T min, T max)
        where T : struct, IComparable<T> => Add(option, min, max, result => result.GetValue(option));

    private static void Add<T>(Option option, T min, T max, Func<System.CommandLine.Parsing.OptionResult, T?> value)
        where T : struct, IComparable<T> => option.Validators.Add(result =>
        {
            try
            {
                if (value(result) is { } given && (given.CompareTo(min) < 0 || given.CompareTo(max) > 0))
                {
                    result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} {given}: expected {min} to {max}."));
                }
            }
            catch (InvalidOperationException)
            {
                result.AddError(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{option.Name} '{string.Join(' ', result.Tokens)}' is no number: expected {min} to {max}."));
            }
        });
}
