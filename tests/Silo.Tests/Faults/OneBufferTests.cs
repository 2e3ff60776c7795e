using System.Diagnostics;
using System.Globalization;
using DmaGrains.Analysis.Checking;
using DmaGrains.Client.Live;
using DmaGrains.Interfaces;
using DmaGrains.Model.Buffers;
using DmaGrains.Silo.Settings;
using DmaGrains.Silo.Tests.Machines;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>As many callers at one buffer as are promised, through every gateway, while silos are killed.</summary>
[Collection(FaultRun.Collection)]
public sealed class OneBufferTests
{
    private const int AnswersBetweenFaults = 2000;

    /// <summary>PostgreSQL, unless another is named.</summary>
    public static TheoryData<StorageKind> Storages => FaultRun.Storage is { } one ? [one] : [StorageKind.PostgreSql];

    [Theory]
    [MemberData(nameof(Storages))]
    public async Task Commands_of_64_callers_on_one_buffer_happen_once(StorageKind kind)
    {
        FaultRun.SkipUnlessLong();
        Assert.InRange(OneBufferLoad.RepliesMax, ReplyTable.RepliesMax - 64, ReplyTable.RepliesMax);
        var start = Stopwatch.GetTimestamp();
        var random = new Random(FaultRun.Seed);
        var board = OneBufferLoad.Board;
        await using var cluster = await FaultyCluster.StartAsync(kind);
        List<Connection> clients = [];
        try
        {
            foreach (var gateways in cluster.Gateways.Split(',').Append(cluster.Gateways))
            {
                clients.Add(await SiloProcess.ConnectInTimeAsync(gateways));
            }

            Assert.True((await clients[0].Grains.GetBoard(board.Name).DefineAsync(board)).IsGranted);
            var load = new OneBufferLoad([.. clients.Select(client => client.Grains)], FaultRun.Seed);
            await load.StartAsync();
            await load.Answers.ComeAsync(AnswersBetweenFaults);
            var kills = 0;
            for (; kills <= FaultRun.Rounds; kills++)
            {
                await cluster.SufferAsync(FaultKind.SiloKilled, kills % cluster.Silos, () => load.Answers.ComeAsync(AnswersBetweenFaults));
                await load.Answers.ComeAsync(AnswersBetweenFaults + random.Next(AnswersBetweenFaults));
            }

            await load.Answers.StopAsync();
            await load.LookAsync();
            var (end, _, why) = Linearizability.Check(SequentialBuffer.Unused, load.History, board);
            Assert.True(end is not null, $"seed {FaultRun.Seed}: {why}");
            var check = (await BoardCheck.RunAsync(clients[0].Grains, board.Name, TestContext.Current.CancellationToken)).Value;
            Assert.Empty(check.Findings);
            await FaultRun.ReportAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{kind}, seed {FaultRun.Seed}, {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s, 64 callers on one buffer, three of them with batches of {IDmaBufferGrain.BatchMax}: "
                + $"{load.Answers.Granted} granted, {load.Answers.Refused} refused, {load.History.Count} operations explained, {load.Answers.SentAgain} sent again by callers, "
                + $"{load.Answers.CameLate} came once more, longest silence {load.Answers.LongestSilence.TotalSeconds:F1} s; {kills} silos killed; lost: 0, twice: 0"));
        }
        finally
        {
            foreach (var client in clients)
            {
                await client.DisposeAsync();
            }
        }
    }
}
