using System.Collections.Immutable;
using DmaGrains.Model;

namespace DmaGrains.Scenarios.Files;

/// <summary>A file with all its problems.</summary>
/// <param name="File">The file, as it was named.</param>
/// <param name="Kind">The kind of file.</param>
/// <param name="Name">The name of the board or scenario; null when it has none.</param>
/// <param name="Problems">The problems, including those of a scenario's board; empty for none.</param>
public sealed record FileReport(string File, FileKind Kind, string? Name, ImmutableArray<FileProblemReport> Problems)
{
    private static readonly FileFormat[] _formats =
    [
        new(FileKind.Board, "a board", ["title", "memory", "iommus", "buses", "devices"], (root, _, problems) => BoardFile.Read(root, problems)),
        new(
            FileKind.Scenario,
            "a scenario",
            ["shows", "board", "buffers", "importers", "order", "getters", "policy"],
            (root, path, problems) => ScenarioFile.Read(root, path, problems)),
    ];

    /// <summary>Checks a board or a scenario file.</summary>
    /// <param name="path">The file.</param>
    public static FileReport Of(string path) => Of(path, () => FileText.Read(path), _formats);

    /// <summary>Checks the text of a file.</summary>
    /// <param name="name">Its name in messages.</param>
    /// <param name="stream">Its text.</param>
    public static FileReport Of(string name, Stream stream) => Of(name, () => FileText.Read(name, () => stream), _formats);

    /// <summary>Checks a file that may be of one more format.</summary>
    internal static FileReport Of(string path, FileFormat other) => Of(path, () => FileText.Read(path), [.. _formats, other]);

    /// <summary>Checks the text of a file.</summary>
    internal static FileReport Of(string name, Stream stream, FileFormat other) =>
        Of(name, () => FileText.Read(name, () => stream), [.. _formats, other]);

    private static FileReport Of(string name, Func<string> text, FileFormat[] formats)
    {
        var problems = new Problems();
        var root = problems.Attempt(() => NodeTree.Parse(name, text(), problems));

        // When in doubt, it is a scenario.
        var format = root is null ? null : formats
            .Where(known => known.CountIn(root) != 0)
            .OrderBy(known => known.Kind != FileKind.Scenario)
            .MaxBy(known => known.CountIn(root));
        if (format is not null)
        {
            format.Read(root!, name, problems);
        }
        else
        {
            root?.Place.Report(
                $"the file is neither {string.Join(" nor ", formats.Select(known => known.Says))}",
                $"keys of {string.Join(" or of ", formats.Select(known => $"{known.Says} ({string.Join(", ", known.Keys)})"))}");
        }

        return new(
            name,
            format?.Kind ?? FileKind.Unknown,
            root?.Optional("name") is TextNode { IsNothing: false } stated ? HarmlessText.Short(stated.Value, Quoted.LengthMax) : null,
            [.. problems.Found.Select(problem => new FileProblemReport(problem.File, problem.Line, problem.Column, problem.Problem)).Distinct()]);
    }
}
