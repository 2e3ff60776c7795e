using System.Collections.Immutable;
using DmaGrains.Experiments.Results;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Experiments.Files;

/// <summary>
/// Reads the cases of an experiment file: each combination of the matrix's values is inserted into the file's content, which is then read
/// as an ordinary file.
/// </summary>
/// <param name="path">The file, to whose folder the paths of boards are relative.</param>
/// <param name="where">Where the experiment is played.</param>
/// <param name="sent">The boards sent with the experiment; null when boards are files.</param>
/// <param name="problems">Collects problems.</param>
internal sealed class CaseFields(string path, ExperimentPlace where, SentBoards? sent, Problems problems)
{
    private const int KeysMax = 8;
    private const int CasesMax = 1000;
    private const int BoardsMax = 1000;

    // The parts that the matrix may replace as a whole; its other keys are paths to a region or into the workload.
    private static readonly string[] _parts = ["policy", "boards", "workload", "other-memory", "faults"];

    private readonly Dictionary<string, BoardDefinition?> _boards = [];
    private readonly RecordingFields _recordings = new(sent is null ? path : null, problems);
    private readonly HashSet<InputFile> _boardFiles = [];

    /// <summary>The files that were read, under each reference to them.</summary>
    public ImmutableArray<InputFile> Files => [.. _boardFiles, .. _recordings.Files];

    /// <summary>The cases, in the order of the matrix; the last key changes fastest.</summary>
    public ImmutableArray<ExperimentCase> ReadAll(MapNode root)
    {
        var keys = root.Optional("matrix") is { } matrix ? ReadMatrix(matrix.AsMap()) : [];
        var count = keys.Aggregate(1L, (product, key) => product * Math.Max(1, key.Values.Length));
        if (count > CasesMax)
        {
            root.PlaceOf("matrix").Report($"matrix has {count} combinations", $"at most {CasesMax}");
            return [];
        }

        var cases = ImmutableArray.CreateBuilder<ExperimentCase>();
        for (var index = 0; index < count; index++)
        {
            // A problem in one case would repeat in every case.
            var before = problems.Count;
            var chosen = Choose(keys, index);
            var changed = chosen.Aggregate(root, (tree, value) => Put(tree, value.Key, value.Value));
            var read = Read(changed, new(index, [.. chosen.Select(value => new CaseValue(value.Key.Value, FlowText.Of(value.Value)))]));
            if (problems.Count != before)
            {
                return [];
            }

            cases.Add(read);
        }

        return cases.ToImmutable();
    }

    private static ImmutableArray<(TextNode Key, ImmutableArray<FileNode> Values)> ReadMatrix(MapNode map)
    {
        var keys = ImmutableArray.CreateBuilder<(TextNode, ImmutableArray<FileNode>)>();
        foreach (var key in map.Keys)
        {
            keys.Add((key, map.Required(key.Value).AsList(CasesMax)));
        }

        if (keys.Count > KeysMax)
        {
            map.Place.Report($"matrix has {keys.Count} keys", $"at most {KeysMax}");
            return [];
        }

        return keys.ToImmutable();
    }

    private static ImmutableArray<(TextNode Key, FileNode Value)> Choose(
        ImmutableArray<(TextNode Key, ImmutableArray<FileNode> Values)> keys, int index)
    {
        var chosen = new Stack<(TextNode, FileNode)>();
        foreach (var (key, values) in keys.Where(key => !key.Values.IsEmpty).Reverse())
        {
            chosen.Push((key, values[index % values.Length]));
            index /= values.Length;
        }

        return [.. chosen];
    }

    /// <summary>Inserts a value of the matrix at its key.</summary>
    private static MapNode Put(MapNode root, TextNode key, FileNode value)
    {
        if (_parts.Contains(key.Value))
        {
            return root.With(key.Value, value);
        }

        var dot = key.Value.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0 && PutInStream(root, key.Value[..dot], key.Value[(dot + 1)..], value) is { } changed)
        {
            return changed;
        }

        // Whether it is a region is checked where regions are read, and reported at the place of the key.
        var regions = root.Optional("regions") as MapNode ?? new MapNode(RegionSizes.InMatrix, key.Place, []);
        return root.With("regions", regions.With(key.Value, value));
    }

    private static MapNode? PutInStream(MapNode root, string stream, string field, FileNode value)
    {
        if (root.Optional("workload") is not ListNode workload)
        {
            return null;
        }

        var index = workload.Entries.ToList().FindIndex(entry => entry is MapNode map && map.Optional("name") is TextNode name && name.Value == stream);
        return index < 0
            ? null
            : root.With("workload", new ListNode(
                workload.Label, workload.Place, workload.Entries.SetItem(index, ((MapNode)workload.Entries[index]).With(field, value))));
    }

    private ExperimentCase Read(MapNode root, Case @case)
    {
        var boards = ReadBoards(root);
        if (boards.IsEmpty)
        {
            // Without boards, nothing that names a device or a region can be checked.
            return new(@case, [], [], [], []);
        }

        boards = root.Optional("regions") is { } regions ? RegionSizes.Read(regions.AsMap(), boards) : boards;
        var policy = root.Optional("policy") is { } stated ? PolicyFields.Read(stated) : ExporterPolicy.Default;
        var workload = new StreamFields(boards, policy, _recordings, problems).ReadAll(root.Required("workload"));
        var names = workload.Select(stream => stream.Name).ToHashSet();
        var uses = new UseFields(boards, where, problems);
        return new(
            @case,
            boards,
            workload,
            root.Optional("other-memory") is { } others ? uses.ReadOthers(others) : [],
            root.Optional("faults") is { } faults ? uses.ReadFaults(faults, names) : []);
    }

    private ImmutableArray<BoardDefinition> ReadBoards(MapNode root)
    {
        var boards = ImmutableArray.CreateBuilder<BoardDefinition>();
        foreach (var node in root.Required("boards").AsList(BoardsMax))
        {
            var map = node as MapNode;
            map?.AllowOnly("board", "count");
            var count = (int)(map?.Optional("count")?.AsCount(1, BoardsMax) ?? 1);
            if (ReadBoard(map?.Required("board") ?? node) is { } board)
            {
                boards.AddRange(Enumerable.Repeat(board, count));
            }
        }

        if (boards.Count > BoardsMax)
        {
            root.PlaceOf("boards").Report($"there are {boards.Count} boards", $"at most {BoardsMax}");
        }

        return boards.ToImmutable();
    }

    private BoardDefinition? ReadBoard(FileNode node)
    {
        if (sent is not null)
        {
            return node is MissingNode ? null : sent.Find(node);
        }

        if (node is MissingNode || BoardReference.Resolve(node, path) is not { } file)
        {
            return null;
        }

        var reference = ((TextNode)node).Value;
        _boardFiles.Add(new(reference, file, BoardReference.IsName(reference)));
        if (!_boards.TryGetValue(file, out var board))
        {
            var before = problems.Count;
            board = problems.Attempt(() => BoardFile.Read(NodeTree.Read(file, problems), problems));
            _boards[file] = board = problems.Count == before ? board : null;
        }

        return board;
    }
}
