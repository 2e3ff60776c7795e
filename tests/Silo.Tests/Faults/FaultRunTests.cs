using System.Diagnostics;
using System.Globalization;
using DmaGrains.Interfaces;
using DmaGrains.Scenarios.Checking;
using DmaGrains.Silo.Settings;
using DmaGrains.Silo.Tests.Machines;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>
/// Callers at work on two thousand buffers while silos and storage are lost one after another. Afterwards every answer that anybody
/// heard is explained by some order of commands, and nothing is lost, doubled or leaked.
/// </summary>
/// <remarks>
/// <c>FAULT_RUN_SEED</c> and <c>FAULT_RUN_ROUNDS</c> make other and longer runs, and <c>FAULT_RUN_RESULTS</c> names a
/// file to add figures to; <c>tests/Silo.Tests/faults</c> sets them.
/// </remarks>
public sealed class FaultRunTests
{
    private const int Boards = 20;
    private const int BuffersOfABoard = 100;
    private const int AnswersBetweenFaults = 600;

    private static readonly int _seed = Setting("FAULT_RUN_SEED", 1);
    private static readonly int _rounds = Setting("FAULT_RUN_ROUNDS", 1);

    /// <summary>Those that are run: all, unless one is named.</summary>
    public static TheoryData<StorageKind> Storages => Enum.TryParse<StorageKind>(
        Environment.GetEnvironmentVariable("FAULT_RUN_STORAGE"), out var one) ? [one] : [StorageKind.Sqlite, StorageKind.PostgreSql, StorageKind.Redis];

    [Theory]
    [MemberData(nameof(Storages))]
    public async Task Nothing_acknowledged_is_lost(StorageKind kind)
    {
        var start = Stopwatch.GetTimestamp();
        var random = new Random(_seed);
        await using var cluster = await FaultyCluster.StartAsync(kind);
        await using var client = await SiloProcess.ConnectAsync(cluster.Gateways);
        var buffers = await DefineAsync(client.Grains);
        var faults = new Dictionary<FaultKind, int>();
        var operations = 0;
        var figures = (Granted: 0L, Refused: 0L, SentAgain: 0L, GivenUp: 0L, CameLate: 0L, Silence: TimeSpan.Zero);
        for (var round = 0; round < _rounds; round++)
        {
            var load = new FaultLoad(buffers, HashCode.Combine(_seed, round));
            load.Start();
            await load.AnswersAsync(AnswersBetweenFaults);
            var kinds = cluster.Faults;
            random.Shuffle(kinds);
            foreach (var fault in kinds)
            {
                await cluster.SufferAsync(fault, random.Next(cluster.Silos), () => load.AnswersAsync(AnswersBetweenFaults / 4));
                await load.AnswersAsync(AnswersBetweenFaults);
                faults[fault] = faults.GetValueOrDefault(fault) + 1;
            }

            // One that was never without a silo: with one gateway a client may not have its list of grains back yet.
            await using var asking = await SiloProcess.ConnectAsync(cluster.Gateways);
            operations += await CheckAsync(load, buffers, asking.Grains, $"round {round + 1}");
            figures = (
                figures.Granted + load.Granted, figures.Refused + load.Refused, figures.SentAgain + load.SentAgain,
                figures.GivenUp + load.GivenUp, figures.CameLate + load.CameLate, load.LongestSilence > figures.Silence ? load.LongestSilence : figures.Silence);
            TestContext.Current.TestOutputHelper?.WriteLine($"round {round + 1} of {_rounds}: {load.Granted} granted, {load.Refused} refused");
        }

        await ReportAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{kind}, seed {_seed}, {_rounds} rounds, {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s: {figures.Granted} granted and "
            + $"{figures.Refused} refused on {buffers.Count} buffers, {operations} operations explained, "
            + $"{figures.SentAgain} sent again by callers, {figures.GivenUp} given up, {figures.CameLate} came once more, longest silence {figures.Silence.TotalSeconds:F1} s; "
            + $"{faults.Values.Sum()} faults ({string.Join(", ", faults.Select(fault => $"{fault.Value} {fault.Key}"))}); lost: 0, wrong: 0"));
    }

    [Theory]
    [InlineData(StorageKind.PostgreSql)]
    [InlineData(StorageKind.Redis)]
    public async Task A_rolling_restart_fails_no_command(StorageKind kind)
    {
        await using var cluster = await FaultyCluster.StartAsync(kind);
        await using var client = await SiloProcess.ConnectAsync(cluster.Gateways);
        var buffers = await DefineAsync(client.Grains);
        var load = new FaultLoad(buffers, _seed);
        load.Start();
        for (var silo = 0; silo < cluster.Silos; silo++)
        {
            await load.AnswersAsync(AnswersBetweenFaults / 2);
            await cluster.SufferAsync(FaultKind.SiloStopped, silo, () => load.AnswersAsync(AnswersBetweenFaults / 4));
        }

        await load.AnswersAsync(AnswersBetweenFaults / 2);
        await CheckAsync(load, buffers, client.Grains, "rolling restart");
        Assert.Equal((0, 0), (load.SentAgain, load.GivenUp));
        await ReportAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{kind}, rolling restart of {cluster.Silos} silos: {load.Granted} granted, {load.Refused} refused, none failed, "
            + $"longest silence {load.LongestSilence.TotalSeconds:F1} s"));
    }

    /// <summary>Ends a load and checks all that it did.</summary>
    /// <returns>How many operations it was.</returns>
    private static async Task<int> CheckAsync(FaultLoad load, List<SharedBuffer> buffers, IGrainFactory grains, string when)
    {
        await load.StopAsync();
        await load.LookAsync();
        var operations = buffers.Sum(buffer => buffer.History.Count);
        var wrong = Explain(buffers);
        await foreach (var finding in FindingsAsync(grains))
        {
            wrong.Add(finding);
        }

        Assert.True(wrong.Count == 0, $"seed {_seed}, {when}: {wrong.Count} wrong\n{string.Join("\n\n", wrong.Take(5))}");
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
            var (end, why) = Linearizability.Check(buffer.Start, buffer.History, buffer.Board);
            if (end is null)
            {
                wrong.Add($"{buffer.Board.Name}/{buffer.Name}: {why}");
            }
            else
            {
                buffer.StartFrom(end);
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

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    private static async Task ReportAsync(string figures)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        if (Environment.GetEnvironmentVariable("FAULT_RUN_RESULTS") is { Length: > 0 } file)
        {
            await File.AppendAllTextAsync(file, $"- {figures}\n");
        }
    }
}
