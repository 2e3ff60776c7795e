using System.Collections.Immutable;
using DmaGrains.Experiments.Results;
using DmaGrains.Model.Boards;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Experiments.Files;

/// <summary>Reads an experiment from a YAML file; <c>schemas/experiment.schema.json</c> describes the format.</summary>
public static class ExperimentFile
{
    /// <summary>The most repetitions.</summary>
    public const int RepetitionsMax = 10_000;

    /// <summary>The most thresholds.</summary>
    public const int ThresholdsMax = 100;

    private static readonly Vocabulary<ExperimentPlace> _places = new()
    {
        ["model"] = ExperimentPlace.Model,
        ["silo"] = ExperimentPlace.Silo,
    };

    private static readonly string[] _keys =
    [
        "name", "question", "boards", "regions", "policy", "workload", "other-memory", "faults", "matrix", "duration", "commands", "warm-up",
        "repetitions", "seed", "where", "measure", "thresholds",
    ];

    /// <summary>Reads an experiment, and the boards that it names.</summary>
    /// <param name="path">The file, at most 1 MiB.</param>
    /// <param name="where">Where to play it, overriding the file; null for the file's own choice.</param>
    /// <exception cref="FileFormatException">The file or a board cannot be read, or is malformed.</exception>
    public static Experiment Read(string path, ExperimentPlace? where = null) => Parse(FileText.Read(path), path, where);

    /// <summary>Reads an experiment from a stream, such as standard input, and the boards that it names.</summary>
    /// <param name="name">Its name in messages.</param>
    /// <param name="stream">At most 1 MiB.</param>
    /// <param name="where">Where to play it, overriding the file; null for the file's own choice.</param>
    /// <exception cref="FileFormatException">It or a board cannot be read, or is malformed.</exception>
    public static Experiment Read(string name, Stream stream, ExperimentPlace? where = null) => Parse(FileText.Read(name, () => stream), name, where);

    /// <summary>Reads an experiment from text, and the boards that it names.</summary>
    /// <param name="text">The text of an experiment file.</param>
    /// <param name="file">Its name in messages, and the path to which boards are relative.</param>
    /// <param name="where">Where to play it, overriding the text; null for the text's own choice.</param>
    /// <exception cref="FileFormatException">The text or a board is malformed.</exception>
    public static Experiment Parse(string text, string file, ExperimentPlace? where = null) =>
        Problems.OrThrow(problems => Read(NodeTree.Parse(file, text, problems), file, problems, where))! with { Text = text };

    /// <summary>Reads an experiment for silos from text and the boards sent with it, without reading files.</summary>
    /// <param name="text">The text of an experiment file.</param>
    /// <param name="name">Its name in messages.</param>
    /// <param name="boards">The boards, by the references in the text.</param>
    /// <returns>The experiment, and the references to boards that it uses.</returns>
    /// <exception cref="FileFormatException">The text is malformed, or names something that was not sent.</exception>
    internal static (Experiment Experiment, IReadOnlyCollection<string> Used) ParseWith(
        string text, string name, IReadOnlyDictionary<string, BoardDefinition> boards)
    {
        var sent = new SentBoards(boards);
        var experiment = Problems.OrThrow(problems => Read(NodeTree.Parse(name, text, problems), name, problems, ExperimentPlace.Silo, sent))!;
        return (experiment with { Text = text }, sent.Used);
    }

    /// <summary>Why cases cannot be compared by a measure; null when each case has it.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="measure">The name.</param>
    public static string? CheckMeasure(Experiment experiment, string measure) =>
        new MeasureFields(experiment.Where, experiment.Cases).Check(measure, ofEachCase: true) is var (problem, expected) ? $"{problem}; expected {expected}" : null;

    /// <summary>Everything that is wrong with a board, scenario or experiment file.</summary>
    /// <param name="path">The file.</param>
    public static FileReport Check(string path) => FileReport.Of(path, _format);

    /// <summary>Everything that is wrong with the text of such a file.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="stream">Its text.</param>
    public static FileReport Check(string name, Stream stream) => FileReport.Of(name, stream, _format);

    private static readonly FileFormat _format = new(
        FileKind.Experiment,
        "an experiment",
        ["question", "boards", "workload", "other-memory", "faults", "matrix", "duration", "commands", "warm-up", "repetitions", "seed", "measure", "thresholds"],
        (root, path, problems) => Read(root, path, problems, null));

    /// <summary>Reads an experiment; null when something is wrong with it.</summary>
    internal static Experiment? Read(MapNode root, string path, Problems problems, ExperimentPlace? where, SentBoards? sent = null)
    {
        var before = problems.Count;
        root.AllowOnly(_keys);
        var name = root.Required("name").AsName();
        var question = root.Required("question").AsLine();
        var stated = root.Optional("where")?.AsChoice(_places) ?? ExperimentPlace.Model;
        var place = where ?? stated;
        var (duration, commands) = ReadEnd(root);
        var warmUp = ReadWarmUp(root.Optional("warm-up"), duration, place);
        var repetitions = (int)(root.Optional("repetitions")?.AsCount(1, RepetitionsMax) ?? 1);
        var seed = root.Optional("seed")?.AsCount(0, ulong.MaxValue) ?? 0;
        var fields = new CaseFields(path, place, sent, problems);
        var cases = fields.ReadAll(root);
        var measures = new MeasureFields(place, cases);
        var measure = ReadMeasure(root.Optional("measure"), measures);
        ImmutableArray<Threshold> thresholds = root.Optional("thresholds") is { } list
            ? [.. list.AsList(ThresholdsMax).Select(node => ThresholdFields.Read(node, measures)).OfType<Threshold>()]
            : [];
        if (problems.Count != before)
        {
            return null;
        }

        return new(name, question, cases)
        {
            DurationNanoseconds = duration,
            Commands = commands,
            WarmUpNanoseconds = warmUp,
            Repetitions = repetitions,
            Where = place,
            Seed = seed,
            Measure = measure,
            Thresholds = thresholds,
            Files = fields.Files,
        };
    }

    private static string ReadMeasure(FileNode? node, MeasureFields measures)
    {
        if (node?.AsLine() is not { Length: > 0 } name)
        {
            return ExperimentMeasures.BuffersRefused;
        }

        _ = measures.Find(node, name, ofEachCase: true);
        return name;
    }

    private static (ulong? Duration, ulong? Commands) ReadEnd(MapNode root)
    {
        var duration = root.Optional("duration")?.AsTime(1);
        var commands = root.Optional("commands")?.AsCount(1, long.MaxValue);
        if (duration is null == commands is null)
        {
            (root.Optional("commands") ?? root).Place.Report(
                $"an experiment has {(duration is null ? "neither" : "both")} of the keys 'duration' and 'commands'", "one of them: when a repetition ends");
        }

        return (duration, commands);
    }

    private static ulong? ReadWarmUp(FileNode? node, ulong? duration, ExperimentPlace where)
    {
        if (node is TextNode { Value: "auto" } && where == ExperimentPlace.Silo)
        {
            node.Place.Report("'warm-up: auto' exists in virtual time only: it takes a run of its own", "a time such as 30s, or where: model");
        }

        if (node is null or TextNode { Value: "auto" })
        {
            return null;
        }

        var warmUp = node.AsTime(0);
        if (duration is { } whole && warmUp >= whole)
        {
            node.Place.Report($"the warm-up of {Times.Format(warmUp)} is not shorter than the duration of {Times.Format(whole)}", "a shorter one, or auto");
        }

        return warmUp;
    }
}
