using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace DmaGrains.Client.Commands;

/// <summary><c>--every MS</c>: the period of a command that watches.</summary>
internal static class PeriodOption
{
    /// <summary>The option.</summary>
    public static Option<int> Create() => new("--every")
    {
        Description = "Milliseconds between two reads, 10 to 60000.",
        HelpName = "MS",
        DefaultValueFactory = _ => 500,
        CustomParser = Parse,
    };

    /// <summary>The given period, or the default.</summary>
    public static TimeSpan ValueOf(ParseResult parsed, Option<int> period) => TimeSpan.FromMilliseconds(parsed.GetValue(period));

    private static int Parse(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var period) && period is >= 10 and <= 60_000)
        {
            return period;
        }

        result.AddError($"--every '{text}' is not a period: expected 10 to 60000 milliseconds.");
        return default;
    }
}
