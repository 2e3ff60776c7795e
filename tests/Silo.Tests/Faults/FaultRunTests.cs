using System.Diagnostics;
using System.Globalization;
using DmaGrains.Analysis.Checking;
using DmaGrains.Interfaces;
using DmaGrains.Silo.Settings;
using DmaGrains.Silo.Tests.Machines;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>
/// Callers at work on two thousand buffers while silos and storage are lost one after another. Afterwards every answer that anybody
/// heard is explained by some order of commands, and nothing is lost, doubled or leaked.
/// </summary>
/// <remarks><see cref="FaultRun"/> makes other and longer runs.</remarks>
[Collection(FaultRun.Collection)]
public sealed class FaultRunTests
{
    private const int Boards = 20;
    private const int BuffersOfABoard = 100;
    private const int AnswersBetweenFaults = 400;

    /// <summary>PostgreSQL and power cuts on SQLite, unless one is named.</summary>
    public static TheoryData<StorageKind> Storages => FaultRun.Storage is { } one ? [one] : [StorageKind.PostgreSql, StorageKind.Sqlite];

    [Theory]
    [MemberData(nameof(Storages))]
    public async Task Nothing_acknowledged_is_lost(StorageKind kind)
    {
        var start = Stopwatch.GetTimestamp();
        var random = new Random(FaultRun.Seed);
        await using var cluster = await FaultyCluster.StartAsync(kind);
        await using var client = await SiloProcess.ConnectInTimeAsync(cluster.Gateways);
        var buffers = await DefineAsync(client.Grains);
        var faults = new Dictionary<FaultKind, int>();
        var operations = 0;
        var figures = (Granted: 0L, Refused: 0L, SentAgain: 0L, GivenUp: 0L, CameLate: 0L, Silence: TimeSpan.Zero);
        for (var round = 0; round < FaultRun.Rounds; round++)
        {
            var load = new FaultLoad(buffers, HashCode.Combine(FaultRun.Seed, round), () => client.SentAgain);
            load.Start();
            await load.Answers.ComeAsync(AnswersBetweenFaults);
            foreach (var fault in FaultRun.Shuffled(cluster.Faults, random))
            {
                await cluster.SufferAsync(fault, random.Next(cluster.Silos), () => load.Answers.ComeAsync(AnswersBetweenFaults / 4));
                await load.Answers.ComeAsync(AnswersBetweenFaults);
                faults[fault] = faults.GetValueOrDefault(fault) + 1;
            }

            operations += await CheckAsync(load, buffers, client.Grains, $"round {round + 1}");
            figures = (
                figures.Granted + load.Answers.Granted, figures.Refused + load.Answers.Refused, figures.SentAgain + load.Answers.SentAgain,
                figures.GivenUp + load.Answers.GivenUp, figures.CameLate + load.Answers.CameLate, load.Answers.LongestSilence > figures.Silence ? load.Answers.LongestSilence : figures.Silence);
            TestContext.Current.TestOutputHelper?.WriteLine($"round {round + 1} of {FaultRun.Rounds}: {load.Answers.Granted} granted, {load.Answers.Refused} refused");
        }

        await FaultRun.ReportAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{kind}, seed {FaultRun.Seed}, {FaultRun.Rounds} rounds, {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s: {figures.Granted} granted and "
            + $"{figures.Refused} refused on {buffers.Count} buffers, {operations} operations explained, "
            + $"{figures.SentAgain} sent again by callers, {figures.GivenUp} given up, {figures.CameLate} came once more, longest silence {figures.Silence.TotalSeconds:F1} s; "
            + $"{faults.Values.Sum()} faults ({string.Join(", ", faults.Select(fault => $"{fault.Value} {fault.Key}"))}; ends: {string.Join(", ", cluster.Ends.Select(end => $"{end.Value} {end.Key}"))}); lost: 0, wrong: 0"));
    }

    /// <summary>Redis, unless PostgreSQL is named.</summary>
    public static TheoryData<StorageKind> Restarted => [FaultRun.Storage is StorageKind.PostgreSql ? StorageKind.PostgreSql : StorageKind.Redis];

    [Theory]
    [MemberData(nameof(Restarted))]
    public async Task A_rolling_restart_fails_no_command(StorageKind kind)
    {
        await using var cluster = await FaultyCluster.StartAsync(kind);
        await using var client = await SiloProcess.ConnectInTimeAsync(cluster.Gateways);
        var buffers = await DefineAsync(client.Grains);
        var load = new FaultLoad(buffers, FaultRun.Seed, () => client.SentAgain);
        load.Start();
        for (var silo = 0; silo < cluster.Silos; silo++)
        {
            await load.Answers.ComeAsync(AnswersBetweenFaults / 2);
            await cluster.SufferAsync(FaultKind.SiloStopped, silo, () => load.Answers.ComeAsync(AnswersBetweenFaults / 4));
        }

        await load.Answers.ComeAsync(AnswersBetweenFaults / 2);
        await CheckAsync(load, buffers, client.Grains, "rolling restart");
        Assert.Equal((0, 0), (load.Answers.SentAgain, load.Answers.GivenUp));
        await FaultRun.ReportAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{kind}, rolling restart of {cluster.Silos} silos: {load.Answers.Granted} granted, {load.Answers.Refused} refused, none failed, "
            + $"longest silence {load.Answers.LongestSilence.TotalSeconds:F1} s"));
    }

    /// <summary>From an earlier build to this one, silo by silo, while callers that know of no greeting are at work and a client of the earlier build looks; then a client of this one.</summary>
    [Fact]
    public async Task A_rolling_upgrade_fails_no_command_and_every_buffer_tells_its_history()
    {
        Assert.SkipUnless(FaultRun.Earlier is not null, "an earlier build is needed: tests/Silo.Tests/rolling-upgrade makes one");
        var kind = FaultRun.Storage ?? StorageKind.PostgreSql;
        await using var cluster = await FaultyCluster.StartAsync(kind, Path.Combine(FaultRun.Earlier, "DmaGrains.Silo"));
        await using var earlier = await EarlierClient.ConnectAsync(cluster.Gateways);
        var buffers = await DefineAsync(earlier.Grains);
        var load = new FaultLoad(buffers, FaultRun.Seed, () => earlier.SentAgain);
        load.Start();
        for (var silo = 0; silo < cluster.Silos; silo++)
        {
            await load.Answers.ComeAsync(AnswersBetweenFaults);
            await AskAsEarlierAsync(cluster.Gateways);
            await cluster.SufferAsync(FaultKind.SiloStopped, silo, () => load.Answers.ComeAsync(AnswersBetweenFaults / 2));
        }

        await load.Answers.ComeAsync(AnswersBetweenFaults);
        await AskAsEarlierAsync(cluster.Gateways);
        await using var client = await SiloProcess.ConnectInTimeAsync(cluster.Gateways);
        await CheckAsync(load, buffers, client.Grains, "rolling upgrade");
        Assert.Equal((0, 0), (load.Answers.SentAgain, load.Answers.GivenUp));
        var told = (Timed: 0, Before: 0);
        foreach (var buffer in buffers)
        {
            if ((await client.Grains.GetBuffer(buffer.Board.Name, buffer.Name).HistoryAsync()).TryGetValue(out var page))
            {
                told = (told.Timed + page.Events.Count(one => one.Time is not null), told.Before + page.Events.Count(one => one.Time is null));
            }
        }

        Assert.True(told is { Timed: > 0 }, "nobody told what happened");
        await FaultRun.ReportAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{kind}, seed {FaultRun.Seed}, rolling upgrade of {cluster.Silos} silos: {load.Answers.Granted} granted, {load.Answers.Refused} refused, none failed, "
            + $"longest silence {load.Answers.LongestSilence.TotalSeconds:F1} s; {told.Timed} events with a time and {told.Before} of before; lost: 0, wrong: 0"));
    }

    /// <summary>A client of the earlier build lists a board's buffers.</summary>
    private static async Task AskAsEarlierAsync(string gateways)
    {
        var (code, said) = await ChildProcess.RunAsync(
            Path.Combine(FaultRun.Earlier!, "dmagrains"), ["buffer", "list", FaultBoard.Numbered(0).Name, "--json", "--gateway", gateways]);
        Assert.True(code == ExitCode.Good, said);
    }

    /// <summary>Ends a load and checks all that it did.</summary>
    /// <returns>How many operations it was.</returns>
    private static async Task<int> CheckAsync(FaultLoad load, List<SharedBuffer> buffers, IGrainFactory grains, string when)
    {
        await load.Answers.StopAsync();
        await load.LookAsync();
        var operations = buffers.Sum(buffer => buffer.History.Count);
        var wrong = Explain(buffers);
        await foreach (var finding in FindingsAsync(grains))
        {
            wrong.Add(finding);
        }

        Assert.True(wrong.Count == 0, $"seed {FaultRun.Seed}, {when}: {wrong.Count} wrong\n{string.Join("\n\n", wrong.Take(5))}");
        return operations;
    }

    private static async Task<List<SharedBuffer>> DefineAsync(IGrainFactory grains)
    {
        var boards = Enumerable.Range(0, Boards).Select(FaultBoard.Numbered).ToList();
        foreach (var board in boards)
        {
            Assert.True((await grains.GetBoard(board.Name).DefineAsync(board)).IsGranted);
        }

        return [.. Enumerable.Range(0, BuffersOfABoard).SelectMany(
            number => boards.Select(board => new SharedBuffer(grains, board, number)))];
    }

    /// <summary>What no order of commands explains.</summary>
    private static List<string> Explain(IReadOnlyList<SharedBuffer> buffers)
    {
        var wrong = new List<string>();
        foreach (var buffer in buffers)
        {
            var (end, open, why) = Linearizability.Check(buffer.Start, buffer.History, buffer.Board);
            if (end is null)
            {
                wrong.Add($"{buffer.Board.Name}/{buffer.Name}: {why}");
            }
            else
            {
                buffer.StartFrom(end, open);
            }
        }

        return wrong;
    }

    private static async IAsyncEnumerable<string> FindingsAsync(IGrainFactory grains)
    {
        for (var board = 0; board < Boards; board++)
        {
            var check = (await BoardCheck.RunAsync(grains, FaultBoard.Numbered(board).Name, TestContext.Current.CancellationToken)).Value;
            foreach (var command in check.Unfinished)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"{check.Board}: unfinished: {command}");
            }

            foreach (var finding in check.Findings)
            {
                yield return $"{check.Board}: {finding}";
            }
        }
    }
}
