using System.Collections.Immutable;
using DmaGrains.Experiments.Driving;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;
using DmaGrains.Experiments.Results;
using DmaGrains.Grains.Experiments;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace DmaGrains.Grains.Tests.Storage;

/// <summary>No record of an experiment inside a cluster grows without end: with most buffers, longest names, and a cluster that stops to answer.</summary>
public class StoredExperimentTests
{
    private static readonly Serializer _serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    [Fact]
    public void What_was_sent_stays_within_its_bound_with_most_boards_devices_and_longest_names()
    {
        var boards = Enumerable.Range(0, ExperimentText.BoardsMax).Select(board => new ExperimentBoard(Long($"b{board}"), BoardOf(
            ClusterExperiment.DevicesMax / ExperimentText.BoardsMax, PhysicalMemory.RegionsMax, BoardDefinition.StagesMax)));

        AssertBounded("experiment", new ExperimentRecord { Caller = Long("caller"), Sent = new(new('€', ExperimentText.LengthMax), [.. boards]) });
    }

    [Fact]
    public void Boards_with_more_devices_than_one_may_have_are_refused()
    {
        ExperimentText Of(int devices) => new("name: a", [.. Enumerable.Range(0, 2).Select(board => new ExperimentBoard($"b{board}", BoardOf(devices / 2, 1, 0)))]);

        Assert.DoesNotContain("devices together", ClusterExperiment.Read("a", Of(ClusterExperiment.DevicesMax)).Refusal!.Reason, StringComparison.Ordinal);
        Assert.Contains(
            "The boards have 4098 devices together: expected at most 4096 in a cluster.",
            ClusterExperiment.Read("a", Of(ClusterExperiment.DevicesMax + 2)).Refusal!.Reason,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 32, "lifetime: 1h, mapping: per-use, uses: {every: 1ms, for: 1h}")]
    [InlineData(32, 1, "lifetime: 1h, mapping: per-use, uses: {every: 1ms, for: 20ms}, attach: lazy")]
    [InlineData(4, 8, "lifetime: 1h, mapping: hold, first-use: {exponential: 30ms}")]
    [InlineData(1, 1, "lifetime: 20ms, mapping: per-use, uses: {every: 5ms, for: 1h}")]
    public void What_is_going_on_stays_within_its_bound_also_when_a_cluster_stops_to_answer(int pool, int importers, string life)
    {
        var definition = BoardOf(100, 4, 0);
        var experiment = ParseOf(definition, $$$"""
            name: a
            question: How large?
            boards: [board]
            workload:
              - {name: {{{new string('s', 32)}}}, arrivals: {poisson: 100000/s}, size: 4096, pool: {{{pool}}}, {{{life}}},
                  importers: [{{{string.Join(", ", Enumerable.Range(0, importers).Select(DeviceName))}}}]}
            faults:
              - {hang: {{{DeviceName(0)}}}, every: 1ms, for: 1h}
              - {hang: {{{DeviceName(1)}}}, every: 5ms, for: 2ms}
              - {crash: {{{DeviceName(2 % importers)}}}, every: 3ms}
            duration: 400ms
            """);
        var sessions = ClusterExperiment.SessionsOf(experiment.Cases[0]);
        var drive = BoardDrive.Begin(experiment.Cases[0], 0, LiveRun.LimitsOf(experiment, 0), sessions);
        var largest = 0;
        var written = 0UL;
        while (drive.NextDue is { } due)
        {
            drive.Advance(due);
            while (due < 150_000_000 && drive.TryTake(out var request))
            {
                drive.Answer(request, null, due, due);
            }

            if (due >= written)
            {
                largest = Math.Max(largest, SizeOf(drive.State));
                written = due + 50_000_000;
            }
        }

        // It is over: everything is to be given back, and nobody answers.
        largest = Math.Max(largest, SizeOf(drive.State));
        Assert.InRange(largest, 1, StoredRecordTests.Limits["experiment-drive"]);
    }

    [Fact]
    public void What_came_of_it_stays_within_its_bound_with_most_repetitions_and_refusals_of_every_kind()
    {
        ExperimentRepetition Repetition(int index) => new(
            int.MaxValue,
            string.Join(", ", Enumerable.Range(0, 8).Select(key => $"{Long($"{key}")}.{Long("first-use")} {new string('x', 80)}")),
            index,
            true,
            [.. ExperimentMeasures.AlsoOfGrains.Concat(ExperimentMeasures.OfGrains.Select(measure => measure.Name)).Select(name => new MeasuredValue(new(name), Math.PI))],
            [.. Enumerable.Range(0, ExperimentDrive.RefusalKindsMax).Select(kind => new CountedRefusal(new("export"), new("EADDRNOTAVAIL"), Long("field"), Long($"{kind}"), ulong.MaxValue))]);

        AssertBounded("experiment-results", new ExperimentResultsRecord
        {
            Repetitions = [.. Enumerable.Range(0, ClusterExperiment.RepetitionsMax).Select(Repetition)],
        });
    }

    [Fact]
    public void Refusals_of_ever_more_kinds_are_all_counted_and_few_kinds_are_kept()
    {
        var tally = new DriveTally(new());
        for (var kind = 0; kind < 1000; kind++)
        {
            tally.Count("map", Refusal.Of(Errno.EBUSY, Long($"{kind}"), "It is busy."));
        }

        Assert.Equal(DriveTally.RefusalKindsMax + 1, tally.State.Refusals.Length);
        Assert.Equal(1000UL, tally.State.RefusalCounts.Aggregate(0UL, (sum, count) => sum + count));
        Assert.Equal(1000UL - DriveTally.RefusalKindsMax, tally.State.RefusalCounts[^1]);
        Assert.Equal(("map", Errno.EBUSY, ""), (tally.State.Refusals[^1].Step, tally.State.Refusals[^1].Errno, tally.State.Refusals[^1].Field));
    }

    /// <summary>Of one board with most sessions, and fifteen without any; all have counted everything.</summary>
    private static int SizeOf(DriveState state) => _serializer.SerializeToArray(new ExperimentDriveRecord
    {
        State = new()
        {
            Boards = [.. Enumerable.Range(0, ClusterExperiment.BoardsMax).Select(board => (board == 0 ? state : new()) with { Counted = EverythingCounted() })],
            Problem = new('x', 300),
        },
    }).Length;

    /// <summary>Nothing of it is the same object twice, which would be stored once.</summary>
    private static DriveTallyState EverythingCounted() => new()
    {
        Counts = [.. Enumerable.Repeat(ulong.MaxValue, Enum.GetValues<DriveCounter>().Length)],
        Refusals = [.. Enumerable.Range(0, DriveTally.RefusalKindsMax).Select(kind => new RefusalKind("export", Errno.ENOMEM, Long("field"), Long($"{kind}"), false))],
        RefusalCounts = [.. Enumerable.Repeat(ulong.MaxValue, DriveTally.RefusalKindsMax)],
        Latencies = EveryTime(),
        Behind = EveryTime(),
        TimesToFirstMap = EveryTime(),
        LatencySum = UInt128.MaxValue,
        BehindSum = UInt128.MaxValue,
        LiveArea = UInt128.MaxValue,
        Start = ulong.MaxValue,
        At = ulong.MaxValue,
    };

    /// <summary>As often as once a nanosecond for 30 years, in each bucket.</summary>
    private static ImmutableArray<ulong> EveryTime() => [.. Enumerable.Repeat(1UL << 60, TimeCounts.BucketOf(long.MaxValue) + 1)];

    private static void AssertBounded<T>(string record, T state) =>
        Assert.InRange(_serializer.SerializeToArray(state).Length, 1, StoredRecordTests.Limits[record]);

    private static Experiment ParseOf(BoardDefinition board, string text) =>
        ExperimentFile.ParseWith(text, "test", new Dictionary<string, BoardDefinition> { ["board"] = board }).Experiment;

    private static BoardDefinition BoardOf(int devices, int regions, int stages) => new(
        Long("board"),
        new('t', BoardDefinition.TitleLengthMax),
        [
            new(Long("ram"), MemoryKind.System, new(0x100, 16384)),
            .. Enumerable.Range(1, regions - 1).Select(index => new MemoryRegionLayout(Long($"area{index}"), MemoryKind.Contiguous, new(0x400000 + (0x1000UL * (ulong)index), 0x100))),
        ],
        [
            .. Enumerable.Range(0, devices).Select(index => new Device(DeviceName(index), new(65536, 16, 0xffff))
            {
                Bus = Long("soc"),
                BusMmu = stages == 0 ? null : Long("mmu0"),
                PeerBus = Long("pcie"),
                Windows = new(new DmaWindow(0, 0xc000_0000, 1 << 30)),
            }),
        ])
    {
        Stages = [.. Enumerable.Range(0, stages).Select(index => new IommuStage(Long($"mmu{index}"), new(new(0x1000), new(0xffff_ffff), 4096)) { ContextCount = 8 })],
    };

    private static string DeviceName(int number) => Long($"device{number}");

    private static string Long(string name) => name.PadRight(ModelName.LengthMax, 'x');
}
