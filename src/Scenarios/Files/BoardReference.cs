using DmaGrains.Model;

namespace DmaGrains.Scenarios.Files;

/// <summary>Finds a scenario's board: by a path relative to its folder, or by the name of a shipped board.</summary>
internal static class BoardReference
{
    private const string Ending = ".yaml";

    /// <summary>The path of the board's existing file; null, with a problem reported, when there is none.</summary>
    public static string? Resolve(FileNode node, string scenarioPath)
    {
        if (node.AsLine() is not { Length: > 0 } board)
        {
            return null;
        }

        var folder = Path.GetDirectoryName(scenarioPath) ?? string.Empty;
        if (!IsName(board))
        {
            var path = Path.Combine(folder, board);
            return File.Exists(path) ? path : node.Wrong<string?>("a board's file, named from the scenario's folder", null);
        }

        string[] shipped = [Path.Combine(folder, "..", "boards"), Path.Combine(AppContext.BaseDirectory, "boards")];
        return shipped.Select(boards => Path.Combine(boards, board + Ending)).FirstOrDefault(File.Exists)
            ?? node.Wrong<string?>($"a path, or a board by its name: {Quoted.AnyOf(NamesIn(shipped))}", null);
    }

    /// <summary>Whether a reference is the name of a shipped board instead of a path.</summary>
    public static bool IsName(string reference) => ModelName.IsValid(reference) && Path.GetExtension(reference) is not (Ending or ".yml");

    /// <summary>The reference to a board in a scenario to be written: its name if it is shipped, else its path.</summary>
    /// <param name="boardFile">The board's file.</param>
    /// <param name="scenarioPath">The path of the scenario.</param>
    public static string Of(string boardFile, string scenarioPath)
    {
        var name = Path.GetFileNameWithoutExtension(boardFile);
        var shipped = Path.Combine(AppContext.BaseDirectory, "boards", name + Ending);
        return ModelName.IsValid(name) && File.Exists(shipped) && File.ReadAllBytes(shipped).AsSpan().SequenceEqual(File.ReadAllBytes(boardFile))
            ? name
            : Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(scenarioPath))!, boardFile);
    }

    private static List<string> NamesIn(IEnumerable<string> folders) =>
    [
        .. folders.Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, $"*{Ending}"))
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];
}
