namespace DmaGrains.Client.Live;

/// <summary>Standard input in place of a file.</summary>
internal static class StandardInput
{
    /// <summary>Its name in messages.</summary>
    public const string Name = "standard input";

    /// <summary>Whether a path is that of standard input: <c>-</c>.</summary>
    public static bool Is(string path) => path == "-";

    /// <summary>Opens it.</summary>
    public static Stream Open() => Console.OpenStandardInput();
}
