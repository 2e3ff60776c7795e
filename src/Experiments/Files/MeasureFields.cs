using System.Collections.Immutable;
using DmaGrains.Experiments.Results;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Experiments.Files;

/// <summary>Looks up the measures that an experiment's file names.</summary>
/// <param name="where">Where it is played.</param>
/// <param name="cases">Its cases; empty when they cannot be read, and then regions and streams are not checked.</param>
internal sealed class MeasureFields(ExperimentPlace where, ImmutableArray<ExperimentCase> cases)
{
    /// <summary>The measure; null, with a problem reported, when unknown.</summary>
    /// <param name="node">The node with the name.</param>
    /// <param name="name">The name.</param>
    /// <param name="ofEachCase">Whether each case must have it; else one case is enough.</param>
    public Measure? Find(FileNode node, string name, bool ofEachCase)
    {
        if (Check(name, ofEachCase) is not { } wrong)
        {
            return ExperimentMeasures.Find(name);
        }

        node.Place.Report(wrong.Problem, wrong.Expected);
        return null;
    }

    /// <summary>What is wrong with a name, and what was expected; null for a valid measure.</summary>
    /// <param name="name">The name.</param>
    /// <param name="ofEachCase">Whether each case must have it; else one case is enough.</param>
    public (string Problem, string Expected)? Check(string name, bool ofEachCase)
    {
        var wrong = ExperimentMeasures.Find(name) is null ? ("", MeantBy(name, ofEachCase))
            : NotHere(name) ?? (cases.IsEmpty ? null : NotInCases(name, ofEachCase));
        return wrong is var (problem, expected) ? ($"there is no measure {Quoted.Text(name)}{problem}", expected) : null;
    }

    private static readonly ImmutableArray<string> _forms =
    [
        .. ExperimentMeasures.All.Select(known => known.Name),
        .. ExperimentMeasures.OfGrains.Select(known => known.Name),
        .. ExperimentMeasures.OfStreams.Select(known => $"{known.Name}:STREAM"),
        .. ExperimentMeasures.OfRegions.Select(known => $"{known.Name}:REGION"),
    ];

    /// <summary>Suggestions for an unknown name; for a measure without its region or stream, the possible ones.</summary>
    private string MeantBy(string name, bool ofEachCase) => OfKind($"{name}:", ofEachCase) is { Count: > 0 } full ? Quoted.AnyOf(full)
        : Closest.To(name, _forms) is { } near ? $"{near} or another measure"
        : Quoted.AnyOf(_forms);

    private (string Problem, string Expected)? NotHere(string name)
    {
        var isOfGrains = ExperimentMeasures.OfGrains.Any(known => known.Name == name);
        return where == ExperimentPlace.Silo
            ? isOfGrains || ExperimentMeasures.AlsoOfGrains.Contains(name)
                ? null
                : (" on silos: replies do not tell it", Quoted.AnyOf([.. ExperimentMeasures.AlsoOfGrains, .. ExperimentMeasures.OfGrains.Select(known => known.Name)]))
            : isOfGrains ? (" in virtual time", "another one, or where: silo") : null;
    }

    private (string Problem, string Expected)? NotInCases(string name, bool ofEachCase)
    {
        if (ExperimentMeasures.NamesOf(where, cases, ofEachCase).Contains(name))
        {
            return null;
        }

        var kind = name[..(name.IndexOf(':', StringComparison.Ordinal) + 1)];
        var of = name[kind.Length..];
        var isOfRegion = ExperimentMeasures.OfRegions.Any(measure => $"{measure.Name}:" == kind);
        var problem = (isOfRegion, ofEachCase && OfKind(kind, ofEachCase: false).Contains(name)) switch
        {
            (true, true) => $": not every case has a region {Quoted.Text(of)}",
            (true, false) => $": no board has a region {Quoted.Text(of)}",
            (false, true) => $": not every case has a stream {Quoted.Text(of)}",
            (false, false) => $": the workload has no stream {Quoted.Text(of)}",
        };
        var known = OfKind(kind, ofEachCase);
        return (problem, Closest.To(of, known.Select(full => full[kind.Length..])) is { } near ? $"{kind}{near} or another measure"
            : known.Count == 0 ? "a measure that every case has"
            : Quoted.AnyOf(known));
    }

    private List<string> OfKind(string kind, bool ofEachCase) => cases.IsEmpty
        ? []
        : [.. ExperimentMeasures.NamesOf(where, cases, ofEachCase).Where(known => known.StartsWith(kind, StringComparison.Ordinal))];
}
