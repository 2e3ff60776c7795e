namespace DmaGrains.Client.Live;

/// <summary>Standard input where a file could be named.</summary>
internal static class StandardInput
{
    /// <summary>What messages call it.</summary>
    public const string Name = "standard input";

    /// <summary>Whether a path is that of standard input: <c>-</c>.</summary>
    public static bool Is(string path) => path == "-";

    /// <summary>What comes from there.</summary>
    public static Stream Open() => Console.OpenStandardInput();
}
