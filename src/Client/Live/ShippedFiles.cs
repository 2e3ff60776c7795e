using DmaGrains.Model.Boards;
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

    /// <summary>The file of a shipped scenario, or null.</summary>
    public static string? Scenario(string name) => Find("scenarios", name);

    /// <summary>A board: <c>-</c> is standard input; else the file of that path when there is one, else the shipped one of that name.</summary>
    /// <exception cref="UsageException">There is no such board.</exception>
    /// <exception cref="FileFormatException">It cannot be read.</exception>
    public static BoardDefinition ReadBoard(string fileOrName) =>
        StandardInput.Is(fileOrName) ? BoardFile.Read(StandardInput.Name, StandardInput.Open())
        : File.Exists(fileOrName) ? BoardFile.Read(fileOrName)
        : BoardFile.Read(Board(fileOrName) ?? throw new UsageException(
            $"There is no board {Quoted.Text(fileOrName)}: {Closest.Expecting(fileOrName, Boards, $"a file, or one of {string.Join(", ", Boards)}")}."));

    /// <summary>A scenario: <c>-</c> is standard input; else the file of that path when there is one, else the shipped one of that name.</summary>
    /// <exception cref="UsageException">There is no such scenario.</exception>
    /// <exception cref="FileFormatException">It cannot be read.</exception>
    public static Scenario ReadScenario(string fileOrName) =>
        StandardInput.Is(fileOrName) ? ScenarioFile.Read(StandardInput.Name, StandardInput.Open())
        : File.Exists(fileOrName) ? ScenarioFile.Read(fileOrName)
        : ScenarioFile.Read(Scenario(fileOrName) ?? throw new UsageException(
            $"There is no scenario {Quoted.Text(fileOrName)}: {Closest.Expecting(fileOrName, Scenarios, "a file, or a name that 'dmagrains list scenarios' shows")}."));

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
