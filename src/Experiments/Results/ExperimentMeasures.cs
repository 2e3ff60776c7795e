using System.Collections.Immutable;
using DmaGrains.Experiments.Files;

namespace DmaGrains.Experiments.Results;

/// <summary>The measures of every repetition.</summary>
public static class ExperimentMeasures
{
    /// <summary>Of all buffers, or of a stream: those that were refused.</summary>
    public const string BuffersRefused = "buffers-refused";

    /// <summary>Of a region: memory in use, averaged over time.</summary>
    public const string UsedMean = "used-mean";

    /// <summary>Of a region: the most memory in use at a time.</summary>
    public const string UsedMax = "used-max";

    /// <summary>Of a region: its longest free run when the most of it was in use.</summary>
    public const string LargestFreeAtHighWater = "largest-free-at-high-water";

    /// <summary>Of a region: the most free runs at a time.</summary>
    public const string FreeRunsMax = "free-runs-max";

    /// <summary>Those that every experiment has, the most telling first.</summary>
    public static ImmutableArray<Measure> All { get; } =
    [
        new(BuffersRefused, "%", Better.Lower, "buffers that were refused for good at some step, of those that arrived"),
        new("refused-by-fragmentation", "%", Better.Lower, "buffers refused although enough was free, of those that arrived"),
        new("attaches-refused", "%", Better.Lower, "attaches that were refused"),
        new("maps-refused", "%", Better.Lower, "maps that were refused"),
        new("hazards", "", Better.Lower, "how often something went wrong silently"),
        new("time-to-first-map", "ns", Better.Lower, "mean time from a buffer's arrival to its first granted map"),
        new("migrations", "", Better.Lower, "how often storage moved"),
        new("bytes-copied", "bytes", Better.Lower, "bytes copied by moves and bounces"),
        new("bounces", "", Better.Lower, "pieces that were bounced"),
        new("cache-cleans", "", Better.Lower, "write-backs of dirty cache lines for a device"),
        new("cache-invalidates", "", Better.Lower, "discards of cache lines because a device may have written"),
        new("contiguous-used-mean", "bytes", Better.Lower, "bytes of contiguous areas in use on a board, averaged over time"),
        new("contiguous-used-max", "bytes", Better.Lower, "most bytes of contiguous areas in use on a board at a time"),
        new("buffers", "", Better.Neither, "buffers that arrived"),
        new("live-buffers-mean", "", Better.Neither, "buffers on a board at a time, averaged over time"),
        new("commands", "", Better.Neither, "commands that were carried out or refused"),
    ];

    /// <summary>Those that only experiments on grains have.</summary>
    public static ImmutableArray<Measure> OfGrains { get; } =
    [
        new("commands-a-second", "", Better.Higher, "commands answered a second"),
        new("latency-p50", "ns", Better.Lower, "time from when a command was due until its reply: half are faster"),
        new("latency-p90", "ns", Better.Lower, "time from when a command was due until its reply: 90 % are faster"),
        new("latency-p99", "ns", Better.Lower, "time from when a command was due until its reply: 99 % are faster"),
        new("latency-p99.9", "ns", Better.Lower, "time from when a command was due until its reply: 99.9 % are faster"),
        new("latency-max", "ns", Better.Lower, "longest time from when a command was due until its reply"),
        new("behind-p50", "ns", Better.Lower, "how late commands were sent: half less"),
        new("behind-p90", "ns", Better.Lower, "how late commands were sent: 90 % less"),
        new("behind-p99", "ns", Better.Lower, "how late commands were sent: 99 % less"),
        new("behind-p99.9", "ns", Better.Lower, "how late commands were sent: 99.9 % less"),
        new("behind-max", "ns", Better.Lower, "how late a command was sent at most"),
        new("behind-share", "%", Better.Lower, "the share of all latency that passed before commands were sent"),
        new("arrivals-missed", "", Better.Lower, "buffers that did not come because too many were there"),
        new("uses-missed", "", Better.Lower, "uses left out because those before were not answered"),
        new("sent-again", "", Better.Lower, "how often a command was sent again for want of a reply"),
        new("silos-lost", "", Better.Lower, "silos that the cluster declared dead, lost or stopped"),
        new("not-driven", "ns", Better.Lower, "how long the experiment stood still, with its clock"),
    ];

    /// <summary>Those of <see cref="All"/> that experiments on grains have, too: what replies tell.</summary>
    public static ImmutableArray<string> AlsoOfGrains { get; } =
        ["buffers-refused", "attaches-refused", "maps-refused", "time-to-first-map", "buffers", "live-buffers-mean", "commands"];

    /// <summary>Those that each region of the boards has; the name of one is this name, a colon and the region's name.</summary>
    public static ImmutableArray<Measure> OfRegions { get; } =
    [
        new(UsedMean, "bytes", Better.Lower, "bytes in use, averaged over time"),
        new(UsedMax, "bytes", Better.Lower, "most bytes in use at a time"),
        new(LargestFreeAtHighWater, "bytes", Better.Higher, "the longest free run when the most was in use"),
        new(FreeRunsMax, "", Better.Lower, "most free runs at a time"),
    ];

    /// <summary>Those that each stream has in virtual time; the name of one is this name, a colon and the stream's name.</summary>
    public static ImmutableArray<Measure> OfStreams { get; } =
    [
        new(BuffersRefused, "%", Better.Lower, "buffers that were refused for good at some step, of those that arrived"),
    ];

    /// <summary>The names of all measures that every repetition of an experiment has.</summary>
    public static ImmutableArray<string> NamesOf(Experiment experiment) => NamesOf(experiment.Where, experiment.Cases, ofEachCase: true);

    /// <summary>The names of all measures that cases have.</summary>
    /// <param name="where">Where they are played.</param>
    /// <param name="cases">The cases; at least one.</param>
    /// <param name="ofEachCase">Whether each case has them; else one has them at least.</param>
    internal static ImmutableArray<string> NamesOf(ExperimentPlace where, ImmutableArray<ExperimentCase> cases, bool ofEachCase)
    {
        if (where == ExperimentPlace.Silo)
        {
            return [.. AlsoOfGrains, .. OfGrains.Select(measure => measure.Name)];
        }

        return
        [
            .. All.Select(measure => measure.Name),
            .. NamesIn(each => each.Workload.Select(stream => stream.Name)).SelectMany(stream => OfStreams.Select(measure => $"{measure.Name}:{stream}")),
            .. NamesIn(each => each.Boards.Distinct().SelectMany(board => board.Memory).Select(region => region.Name))
                .SelectMany(region => OfRegions.Select(measure => $"{measure.Name}:{region}")),
        ];

        IEnumerable<string> NamesIn(Func<ExperimentCase, IEnumerable<string>> names) => cases.Select(names)
            .Aggregate((some, others) => ofEachCase ? some.Intersect(others) : some.Union(others))
            .Distinct();
    }

    /// <summary>The measure of that name, of a region or a stream or of all; null when there is none.</summary>
    public static Measure? Find(string name)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return All.Concat(OfGrains).FirstOrDefault(measure => measure.Name == name);
        }

        var (kind, of) = (name[..colon], name[(colon + 1)..]);
        return Named(OfRegions, "region") ?? Named(OfStreams, "stream");

        Measure? Named(ImmutableArray<Measure> measures, string what) => measures.FirstOrDefault(measure => measure.Name == kind) is { } measure
            ? measure with { Name = name, Says = $"{measure.Says}, of {what} {of}" }
            : null;
    }
}
