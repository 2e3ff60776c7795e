using System.CommandLine;
using DmaGrains.Client.Output;

namespace DmaGrains.Client.Commands;

/// <summary><c>--svg FILE</c>.</summary>
internal static class PictureOption
{
    /// <summary>The option.</summary>
    /// <param name="what">What the picture shows.</param>
    public static Option<string?> Of(string what) => new("--svg")
    {
        Description = $"A file to write a picture to (SVG): {what}. One that is there is replaced.",
        HelpName = "FILE",
    };

    /// <summary>Writes the picture where one is wanted.</summary>
    /// <param name="file">What the option says, or null.</param>
    /// <param name="draw">Makes the picture.</param>
    /// <exception cref="UsageException">The file cannot be written.</exception>
    public static void Write(string? file, Func<string> draw)
    {
        if (file is not null)
        {
            OutputFile.Write("--svg", file, draw());
        }
    }
}
