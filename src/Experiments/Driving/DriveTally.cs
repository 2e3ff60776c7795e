using System.Collections.Immutable;
using DmaGrains.Experiments.Playing;
using DmaGrains.Model;

namespace DmaGrains.Experiments.Driving;

/// <summary>Counts replies and their times, in a bounded amount of memory.</summary>
internal sealed class DriveTally
{
    /// <summary>The most kinds of refusals that are told apart by field and importer; further ones are counted by step and errno.</summary>
    public const int RefusalKindsMax = 256;

    private readonly ulong[] _counts;
    private KindCounts<RefusalKind> _refusals;
    private TimeCounts _latencies;
    private TimeCounts _behind;
    private TimeCounts _timesToFirstMap;
    private UInt128 _latencySum;
    private UInt128 _behindSum;
    private UInt128 _liveArea;
    private ulong _start;
    private ulong _at;
    private uint _live;

    /// <summary>Begins or continues to count.</summary>
    public DriveTally(DriveTallyState state)
    {
        _counts = new ulong[Enum.GetValues<DriveCounter>().Length];
        state.Counts.CopyTo(_counts);
        _refusals = new(state.Refusals, state.RefusalCounts);
        (_latencies, _behind, _timesToFirstMap) = (new(state.Latencies), new(state.Behind), new(state.TimesToFirstMap));
        (_latencySum, _behindSum, _liveArea) = (state.LatencySum, state.BehindSum, state.LiveArea);
        (_start, _at, _live) = (state.Start, state.At, state.Live);
    }

    /// <summary>The counts so far.</summary>
    public DriveTallyState State => new()
    {
        Counts = [.. _counts],
        Refusals = _refusals.Kinds,
        RefusalCounts = _refusals.Counts,
        Latencies = _latencies.Counts,
        LatencySum = _latencySum,
        Behind = _behind.Counts,
        BehindSum = _behindSum,
        TimesToFirstMap = _timesToFirstMap.Counts,
        Start = _start,
        At = _at,
        Live = _live,
        LiveArea = _liveArea,
    };

    /// <summary>How often something happened.</summary>
    public ulong this[DriveCounter counter] => _counts[(int)counter];

    /// <summary>Counts an occurrence.</summary>
    public void Count(DriveCounter counter, ulong more = 1) => _counts[(int)counter] += more;

    /// <summary>Counts a refusal.</summary>
    public void Count(string step, Refusal refusal) =>
        _refusals.Add(
            new(step, refusal.Errno, refusal.Field ?? string.Empty, refusal.Importer ?? string.Empty, IsByFragmentation: false),
            RefusalKindsMax,
            new(step, refusal.Errno, string.Empty, string.Empty, IsByFragmentation: false));

    /// <summary>Counts an answered command.</summary>
    /// <param name="latency">Nanoseconds from when it was due until its reply.</param>
    /// <param name="behind">Nanoseconds from when it was due until it was sent.</param>
    public void CountCommand(ulong latency, ulong behind)
    {
        Count(DriveCounter.Commands);
        _latencies.Add(latency);
        _latencySum += latency;
        _behind.Add(behind);
        _behindSum += behind;
    }

    /// <summary>Counts a buffer's first map.</summary>
    /// <param name="nanoseconds">The time since its arrival.</param>
    public void CountFirstMap(ulong nanoseconds)
    {
        Count(DriveCounter.FirstMaps);
        Count(DriveCounter.FirstMapNanoseconds, nanoseconds);
        _timesToFirstMap.Add(nanoseconds);
    }

    /// <summary>Sets the number of live buffers from now on.</summary>
    public void SetLive(ulong at, uint live)
    {
        _liveArea += (UInt128)(at - _at) * _live;
        (_at, _live) = (at, live);
    }

    /// <summary>Discards the counts of the warm-up.</summary>
    public void BeginAnew(ulong at)
    {
        Array.Clear(_counts);
        (_refusals, _latencies, _behind, _timesToFirstMap) = (new([], []), new(), new(), new());
        (_latencySum, _behindSum, _liveArea) = (0, 0, 0);
        (_start, _at) = (at, at);
    }
}

/// <summary>The counters of a drive.</summary>
internal enum DriveCounter
{
    /// <summary>Commands answered: granted or refused.</summary>
    Commands,

    /// <summary>Buffers that arrived.</summary>
    Buffers,

    /// <summary>Buffers that were finally refused at some step.</summary>
    BuffersRefused,

    /// <summary>Attaches answered.</summary>
    Attaches,

    /// <summary>Attaches refused.</summary>
    AttachesRefused,

    /// <summary>Maps answered.</summary>
    Maps,

    /// <summary>Maps refused.</summary>
    MapsRefused,

    /// <summary>Buffers that were mapped for the first time.</summary>
    FirstMaps,

    /// <summary>The sum of their times from arrival to first map, in nanoseconds.</summary>
    FirstMapNanoseconds,

    /// <summary>Arrivals that were missed because there were too many sessions.</summary>
    ArrivalsMissed,

    /// <summary>Uses that were missed because earlier ones were unanswered.</summary>
    UsesMissed,
}

/// <summary>The stored counts of a drive.</summary>
[GenerateSerializer, Immutable, Alias("dma.experiment-drive-tally")]
internal sealed record DriveTallyState
{
    /// <summary>Counts by <see cref="DriveCounter"/>; counters added in later versions may be missing at the end.</summary>
    [Id(0)]
    public ImmutableArray<ulong> Counts { get; init; } = [];

    /// <summary>Kinds of refusals.</summary>
    [Id(1)]
    public ImmutableArray<RefusalKind> Refusals { get; init; } = [];

    /// <summary>The count of each kind.</summary>
    [Id(2)]
    public ImmutableArray<ulong> RefusalCounts { get; init; } = [];

    /// <summary>Times from when a command was due until its reply, by <see cref="TimeCounts.BucketOf"/>.</summary>
    [Id(3)]
    public ImmutableArray<ulong> Latencies { get; init; } = [];

    /// <summary>The sum of these times, in nanoseconds.</summary>
    [Id(4)]
    public UInt128 LatencySum { get; init; }

    /// <summary>Times from when a command was due until it was sent.</summary>
    [Id(5)]
    public ImmutableArray<ulong> Behind { get; init; } = [];

    /// <summary>The sum of these times, in nanoseconds.</summary>
    [Id(6)]
    public UInt128 BehindSum { get; init; }

    /// <summary>Times from a buffer's arrival to its first map.</summary>
    [Id(7)]
    public ImmutableArray<ulong> TimesToFirstMap { get; init; } = [];

    /// <summary>When counting began, in nanoseconds.</summary>
    [Id(8)]
    public ulong Start { get; init; }

    /// <summary>The time up to which <see cref="LiveArea"/> is counted, in nanoseconds.</summary>
    [Id(9)]
    public ulong At { get; init; }

    /// <summary>Buffers on the board.</summary>
    [Id(10)]
    public uint Live { get; init; }

    /// <summary>Buffers on the board times nanoseconds.</summary>
    [Id(11)]
    public UInt128 LiveArea { get; init; }

    /// <summary>How often something happened.</summary>
    public ulong this[DriveCounter counter] => (int)counter < Counts.Length ? Counts[(int)counter] : 0;
}
