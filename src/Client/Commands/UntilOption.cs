using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Commands;

/// <summary><c>--until PERCENT</c>: how small a difference has to be not to matter.</summary>
internal static class UntilOption
{
    /// <summary>The option; its value is a share, above 0 and below 1.</summary>
    public static Option<double?> Create() => new("--until")
    {
        Description =
            "Play repetitions until each two policies differ, or are shown to differ by less than this. Of a measure in percent, 1% is "
            + "one percentage point; of others, a hundredth of the mean. The file's repetitions do not count then.",
        HelpName = "PERCENT",
        CustomParser = Parse,
    };

    private static double? Parse(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (text.EndsWith('%')
            && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)
            && percent is > 0 and < 100)
        {
            return percent / 100;
        }

        result.AddError($"--until {Quoted.Text(text)}: expected a number above 0 and below 100 with a percent sign, such as 1%.");
        return null;
    }
}
