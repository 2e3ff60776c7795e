using System.CommandLine;
using DmaGrains.Client.Output;

namespace DmaGrains.Client.Commands;

/// <summary><c>--svg FILE</c>.</summary>
internal static class PictureOption
{
    /// <summary>The option.</summary>
    /// <param name="what">What the picture shows.</param>
    public static Option<string?> Of(string what) => OutputFile.Option("--svg", $"A file to write a picture to (SVG): {what}.");
}
