namespace DmaGrains.Tests.Shared;

/// <summary>The boards and scenarios of this repository, as the build copies them.</summary>
internal static class ShippedFiles
{
    public static string Board(string name) => Path.Combine(AppContext.BaseDirectory, "boards", name + ".yaml");

    public static string Scenario(string name) => Path.Combine(AppContext.BaseDirectory, "scenarios", name + ".yaml");

    public static TheoryData<string> Boards => NamesIn("boards");

    public static TheoryData<string> Scenarios => NamesIn("scenarios");

    private static TheoryData<string> NamesIn(string folder) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, folder), "*.yaml")
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Order(StringComparer.Ordinal),
    ];
}
