using DmaGrains.Model.Boards;
using DmaGrains.Model.Policies;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads a scenario from a YAML file; <c>schemas/scenario.schema.json</c> describes the format.</summary>
public static class ScenarioFile
{
    /// <summary>The most buffers of a scenario.</summary>
    public const int BuffersMax = 1000;

    /// <summary>The most importers of a scenario.</summary>
    public const int ImportersMax = 4096;

    /// <summary>The most steps of all importers together.</summary>
    public const int StepsMax = 100_000;

    /// <summary>Reads a scenario, and the board that it names.</summary>
    /// <param name="path">The file, at most 1 MiB.</param>
    /// <exception cref="FileFormatException">The file or its board cannot be read, or is malformed.</exception>
    public static Scenario Read(string path) => Problems.OrThrow(problems => Read(NodeTree.Read(path, problems), path, problems));

    /// <summary>Reads a scenario from a stream, such as standard input, and the board that it names.</summary>
    /// <param name="name">Its name in messages.</param>
    /// <param name="stream">At most 1 MiB.</param>
    /// <exception cref="FileFormatException">It or its board cannot be read, or is malformed.</exception>
    public static Scenario Read(string name, Stream stream) => Parse(FileText.Read(name, () => stream), name);

    /// <summary>Reads a scenario from text, and the board that it names.</summary>
    /// <param name="text">The text of a scenario file.</param>
    /// <param name="file">Its name in messages, and the path to which the board's path is relative.</param>
    /// <exception cref="FileFormatException">The text or its board is malformed.</exception>
    public static Scenario Parse(string text, string file) =>
        Problems.OrThrow(problems => Read(NodeTree.Parse(file, text, problems), file, problems));

    /// <summary>Reads a scenario that is in no folder from text; it plays on a given board, and its <c>board</c> is only a name.</summary>
    /// <param name="text">The text of a scenario file.</param>
    /// <param name="file">Its name in messages.</param>
    /// <param name="board">The board.</param>
    /// <exception cref="FileFormatException">The text is malformed.</exception>
    public static Scenario Parse(string text, string file, BoardDefinition board) => Problems.OrThrow(problems =>
    {
        var root = NodeTree.Parse(file, text, problems);
        root.Optional("board")?.AsName();
        return Read(root, _ => (board, null), problems);
    });

    /// <summary>Reads a scenario; null after a problem.</summary>
    internal static Scenario? Read(MapNode root, string path, Problems problems) => Read(
        root,
        named => BoardReference.Resolve(named.Required("board"), path) is { } file
            && problems.Attempt(() => BoardFile.Read(NodeTree.Read(file, problems), problems)) is { } board
                ? (board, file)
                : null,
        problems);

    /// <summary>Reads a scenario; null after a problem. Without a board nothing else can be checked.</summary>
    private static Scenario? Read(MapNode root, Func<MapNode, (BoardDefinition Board, string? File)?> boardOf, Problems problems)
    {
        root.AllowOnly("name", "shows", "board", "getters", "policy", "buffers", "importers", "order");
        var name = root.Required("name").AsName();
        var shows = root.Required("shows").AsLine();
        if (boardOf(root) is not var (board, boardFile))
        {
            return null;
        }

        var devices = board.Devices.Select(device => device.Name).ToHashSet();
        var policy = root.Optional("policy") is { } given ? PolicyFields.Read(given) : ExporterPolicy.Default;
        var buffers = new BufferFields(board, root.Optional("getters"), policy, problems).ReadAll(root.Required("buffers").AsList(BuffersMax));
        var before = problems.Count;
        var importers = ImporterFields.ReadAll(root.Required("importers").AsList(ImportersMax), devices, new(buffers), problems);
        if (problems.Count != before)
        {
            return null;
        }

        var order = root.Optional("order") is { } turns ? PlayOrder.Read(turns, importers) : PlayOrder.RoundRobin(importers);
        return problems.Count == 0 ? new(name, shows, board, buffers, importers, order) { BoardFile = boardFile } : null;
    }
}
