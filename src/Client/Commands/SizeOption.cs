using System.CommandLine;
using System.CommandLine.Parsing;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Commands;

/// <summary>Options that take a size, an address or a mask as people write it.</summary>
internal static class SizeOption
{
    /// <summary>An option of bytes or addresses.</summary>
    /// <param name="name">Such as <c>--size</c>.</param>
    /// <param name="description">For the help.</param>
    /// <param name="min">Smallest value.</param>
    /// <param name="max">Largest value.</param>
    public static Option<ulong?> Create(string name, string description, ulong min, ulong max) => new(name)
    {
        Description = description,
        HelpName = "SIZE",
        CustomParser = result => Parse(result, name, min, max),
    };

    private static ulong? Parse(ArgumentResult result, string name, ulong min, ulong max)
    {
        var text = result.Tokens.Single().Value;
        if (Sizes.TryParse(text, out var value) && value >= min && value <= max)
        {
            return value;
        }

        result.AddError(
            $"{name} '{text}' is not a size: expected {min} to {max}, such as 4096, 0xffff, 4KiB or 1920x1080x4.");
        return null;
    }
}
