using DmaGrains.Model.Policies;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads a scenario from a YAML file; <c>schemas/scenario.schema.json</c> describes the format.</summary>
public static class ScenarioFile
{
    /// <summary>Most buffers of a scenario.</summary>
    public const int BuffersMax = 1000;

    /// <summary>Most importers of a scenario.</summary>
    public const int ImportersMax = 4096;

    /// <summary>Most steps of all importers together.</summary>
    public const int StepsMax = 100_000;

    /// <summary>Reads a scenario, and the board that it names.</summary>
    /// <param name="path">The file, at most 1 MiB.</param>
    /// <exception cref="FileFormatException">The file or its board cannot be read, or is malformed.</exception>
    public static Scenario Read(string path)
    {
        var root = NodeTree.Read(path);
        root.AllowOnly("name", "shows", "board", "getters", "policy", "buffers", "importers", "order");
        var name = root.Required("name").AsName();
        var shows = root.Required("shows").AsLine();
        var boardFile = BoardReference.Resolve(root.Required("board"), path);
        var board = BoardFile.Read(boardFile);
        var devices = board.Devices.Select(device => device.Name).ToHashSet();
        var policy = root.Optional("policy") is { } given ? PolicyFields.Read(given) : ExporterPolicy.Default;
        var buffers = new BufferFields(board, root.Optional("getters"), policy).ReadAll(root.Required("buffers").AsList(BuffersMax));
        var importers = ImporterFields.ReadAll(root.Required("importers").AsList(ImportersMax), devices, new(buffers));
        var order = root.Optional("order") is { } stated
            ? PlayOrder.Read(stated, importers)
            : PlayOrder.RoundRobin(importers);
        return new(name, shows, board, buffers, importers, order) { BoardFile = boardFile };
    }
}
