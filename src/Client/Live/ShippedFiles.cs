using DmaGrains.Model.Boards;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Live;

/// <summary>The boards, scenarios and schemas that come with the program.</summary>
internal static class ShippedFiles
{
    private const string Yaml = ".yaml";
    private const string SchemaFile = ".schema.json";

    /// <summary>Names of the shipped boards, in order.</summary>
    public static IEnumerable<string> Boards => Names("boards", Yaml);

    /// <summary>Names of the shipped scenarios, in order.</summary>
    public static IEnumerable<string> Scenarios => Names("scenarios", Yaml);

    /// <summary>Names of the JSON schemas of files, in order: board, experiment, scenario.</summary>
    public static IEnumerable<string> Schemas => Names("schemas", SchemaFile);

    /// <summary>The file of a shipped board, or null.</summary>
    public static string? Board(string name) => Find("boards", name, Yaml);

    /// <summary>The file of a shipped scenario, or null.</summary>
    public static string? Scenario(string name) => Find("scenarios", name, Yaml);

    /// <summary>The file of a schema, or null.</summary>
    public static string? Schema(string name) => Find("schemas", name, SchemaFile);

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

    private static string? Find(string folder, string name, string extension)
    {
        // Only a bare name: a path must not lead out of the folder.
        var path = Path.Combine(AppContext.BaseDirectory, folder, $"{name}{extension}");
        return Path.GetFileName(name) == name && File.Exists(path) ? path : null;
    }

    private static IEnumerable<string> Names(string folder, string extension) => Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, folder), $"*{extension}")
        .Select(file => Path.GetFileName(file)[..^extension.Length])
        .Order(StringComparer.Ordinal);
}
