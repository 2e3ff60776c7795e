using System.CommandLine;
using System.CommandLine.Parsing;
using DmaGrains.Model.Buffers;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Commands;

/// <summary><c>--lines HEIGHTxBYTES[xSTRIDE]</c>.</summary>
internal static class LinesOption
{
    /// <summary>The option; without a stride, lines follow each other without a gap.</summary>
    public static Option<VideoLines?> Create() => new("--lines")
    {
        Description = "The lines of a video frame: their number, bytes per line, and bytes from one line to the next.",
        HelpName = "HEIGHTxBYTES[xSTRIDE]",
        CustomParser = Parse,
    };

    private static VideoLines? Parse(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        uint[] numbers = [.. text.Split('x').Select(NumberOf)];
        if (numbers is [var height, var bytes] && height != 0 && bytes != 0)
        {
            return new(height, bytes, bytes);
        }

        if (numbers is [var lines, var bytesPerLine, var stride] && lines != 0 && bytesPerLine != 0 && stride >= bytesPerLine)
        {
            return new(lines, bytesPerLine, stride);
        }

        result.AddError(
            $"--lines '{text}' are not lines: expected HEIGHTxBYTES or HEIGHTxBYTESxSTRIDE, each 1 to {uint.MaxValue} and the stride not less than the bytes, such as 720x3200x4096.");
        return null;
    }

    /// <summary>A plain decimal number; 0, which is never valid, for anything else.</summary>
    private static uint NumberOf(string text) =>
        text.All(char.IsAsciiDigit) && Sizes.TryParse(text, out var value) && value <= uint.MaxValue ? (uint)value : 0;
}
