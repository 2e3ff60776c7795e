using System.CommandLine;
using System.CommandLine.Parsing;
using DmaGrains.Model.Devices;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Commands;

/// <summary>Options that take windows of a bus.</summary>
internal static class WindowOption
{
    /// <summary>An option that may be given several times.</summary>
    /// <param name="name">Such as <c>--window</c>.</param>
    /// <param name="description">For the help.</param>
    public static Option<DmaWindow[]> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "CPU,BUS,SIZE",
        CustomParser = result => Parse(result, name),
    };

    private static DmaWindow[]? Parse(ArgumentResult result, string name)
    {
        var windows = new List<DmaWindow>();
        if (result.Tokens is [{ Value: "none" }])
        {
            return [];
        }

        foreach (var text in result.Tokens.Select(token => token.Value))
        {
            ulong[] numbers = [.. text.Split(',').Select(part => Sizes.TryParse(part, out var value) ? (ulong?)value : null).OfType<ulong>()];
            if (numbers.Length != 3 || text.Count(letter => letter == ',') != 2)
            {
                result.AddError($"{name} '{text}' is not a window: expected CPU start, bus start and bytes, such as 0x0,0xc0000000,1GiB.");
                return null;
            }

            windows.Add(new(numbers[0], numbers[1], numbers[2]));
        }

        return [.. windows];
    }
}
