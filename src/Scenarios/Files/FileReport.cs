using System.Collections.Immutable;
using DmaGrains.Model;

namespace DmaGrains.Scenarios.Files;

/// <summary>A file, and everything that is wrong with it.</summary>
/// <param name="File">The file, as it was named.</param>
/// <param name="Kind">What it describes.</param>
/// <param name="Name">The name of the board or scenario; null when it has none.</param>
/// <param name="Problems">What is wrong, with the board that a scenario names, too; empty when nothing is.</param>
public sealed record FileReport(string File, FileKind Kind, string? Name, ImmutableArray<FileProblemReport> Problems)
{
    private static readonly string[] _ofScenarios = ["shows", "board", "buffers", "importers", "order", "getters", "policy"];
    private static readonly string[] _ofBoards = ["title", "memory", "iommus", "buses", "devices"];

    /// <summary>Checks a board or a scenario file.</summary>
    /// <param name="path">The file.</param>
    public static FileReport Of(string path) => Of(path, () => FileText.Read(path));

    /// <summary>Checks the text of such a file.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="stream">Its text.</param>
    public static FileReport Of(string name, Stream stream) => Of(name, () => FileText.Read(name, () => stream));

    private static FileReport Of(string name, Func<string> text)
    {
        var problems = new Problems();
        var root = problems.Attempt(() => NodeTree.Parse(name, text(), problems));
        var kind = root is null ? FileKind.Unknown : KindOf(root);
        switch (kind)
        {
            case FileKind.Board:
                BoardFile.Read(root!, problems);
                break;
            case FileKind.Scenario:
                ScenarioFile.Read(root!, name, problems);
                break;
            default:
                root?.Place.Report(
                    "the file is neither a board nor a scenario",
                    $"keys of a board ({string.Join(", ", _ofBoards)}) or of a scenario ({string.Join(", ", _ofScenarios)})");
                break;
        }

        return new(
            name,
            kind,
            root?.Optional("name") is TextNode { IsNothing: false } stated ? HarmlessText.Short(stated.Value, Quoted.LengthMax) : null,
            [.. problems.Found.Select(problem => new FileProblemReport(problem.File, problem.Line, problem.Column, problem.Problem)).Distinct()]);
    }

    /// <summary>By the keys that only one of the two has.</summary>
    private static FileKind KindOf(MapNode root)
    {
        var (boards, scenarios) = (root.Keys.Count(key => _ofBoards.Contains(key.Value)), root.Keys.Count(key => _ofScenarios.Contains(key.Value)));
        return boards == 0 && scenarios == 0 ? FileKind.Unknown
            : boards > scenarios ? FileKind.Board
            : FileKind.Scenario;
    }
}
