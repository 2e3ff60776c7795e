namespace DmaGrains.Style.Tests;

/// <summary>The files of the repository that these tests were built in.</summary>
internal static class Repository
{
    private static readonly string[] _built = ["bin", "obj", "TestResults", "BenchmarkDotNet.Artifacts"];

    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot(new DirectoryInfo(AppContext.BaseDirectory));

    /// <summary>The text of a file, named from the root.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Files below a folder, named from the root; nothing that a build made.</summary>
    public static IEnumerable<string> FilesIn(string folder, string pattern = "*") => Directory
        .EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Root, file))
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Intersect(_built).Any());

    private static string FindRoot(DirectoryInfo? folder) => folder switch
    {
        null => throw new InvalidOperationException("DmaGrains.sln is in no folder above the tests."),
        _ when File.Exists(Path.Combine(folder.FullName, "DmaGrains.sln")) => folder.FullName,
        _ => FindRoot(folder.Parent),
    };
}
