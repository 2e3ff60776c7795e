using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Live;

/// <summary>The boards and scenarios that come with the program.</summary>
internal static class ShippedFiles
{
    /// <summary>Names of the shipped boards, in order.</summary>
    public static IEnumerable<string> Boards => Names("boards");

    /// <summary>Names of the shipped scenarios, in order.</summary>
    public static IEnumerable<string> Scenarios => Names("scenarios");

    /// <summary>The file of a shipped board, or null.</summary>
    public static string? Board(string name) => Find("boards", name);

    /// <summary>A board's file: the argument itself when such a file exists, else the shipped one of that name.</summary>
    /// <exception cref="UsageException">Neither exists.</exception>
    public static string BoardOrFile(string fileOrName) => File.Exists(fileOrName)
        ? fileOrName
        : Board(fileOrName) ?? throw new UsageException(
            $"There is no board {Quoted.Text(fileOrName)}: {(Closest.To(fileOrName, Boards) is { } meant ? $"did you mean {meant}? Expected" : "expected")} a file or one of {string.Join(", ", Boards)}.");

    /// <summary>A scenario's file: the argument itself when such a file exists, else the shipped one of that name.</summary>
    /// <exception cref="UsageException">Neither exists.</exception>
    public static string Scenario(string fileOrName)
    {
        if (File.Exists(fileOrName))
        {
            return fileOrName;
        }

        return Find("scenarios", fileOrName) ?? throw new UsageException(
            $"There is no scenario {Quoted.Text(fileOrName)}: {(Closest.To(fileOrName, Scenarios) is { } meant ? $"did you mean {meant}? Expected" : "expected")} a file, or a name that 'dmagrains list scenarios' shows.");
    }

    private static string? Find(string folder, string name)
    {
        // Only a bare name: a path must not lead out of the folder.
        var path = Path.Combine(AppContext.BaseDirectory, folder, $"{name}.yaml");
        return Path.GetFileName(name) == name && File.Exists(path) ? path : null;
    }

    private static IEnumerable<string> Names(string folder) => Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, folder), "*.yaml")
        .Select(file => Path.GetFileNameWithoutExtension(file)!)
        .Order(StringComparer.Ordinal);
}
