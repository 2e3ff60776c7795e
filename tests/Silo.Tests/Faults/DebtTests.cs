using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using DmaGrains.Analysis.Checking;
using DmaGrains.Client.Live;
using DmaGrains.Interfaces;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Silo.Settings;
using DmaGrains.Silo.Tests.Machines;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>
/// Silos that get SIGKILL while many buffers end: of some the end is written, and what they owe is not paid. Nobody asks those for
/// anything any more.
/// </summary>
[Collection(FaultRun.Collection)]
public sealed class DebtTests(Servers servers)
{
    private const int Buffers = 200;

    // So often it may happen that the silo is killed when nobody owes.
    private const int KillsMax = 5;

    private static readonly BoardDefinition _board = FaultBoard.Numbered(0);
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_silo_pays_at_its_start_what_buffers_owed_when_it_was_killed()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("state.db");
        Task<SiloProcess> StartAsync() => SiloProcess.StartReadyAsync([("DMAGRAINS_DATA", file)]);

        var owing = await KillAsync(StartAsync, buffers => StoredBuffers.OwingInFileAsync(file, _board.Name, buffers));

        using var next = await StartAsync();
        await AssertPaidAsync(next, owing);
    }

    [Fact]
    public async Task A_silo_pays_what_buffers_of_another_one_owed_when_that_was_killed()
    {
        var storage = await servers.NewStorageAsync(StorageKind.PostgreSql, isCluster: true);
        var database = storage.Single(setting => setting.Name == "DMAGRAINS_POSTGRESQL").Value;
        using var other = await SiloProcess.StartReadyAsync(storage);

        var owing = await KillAsync(
            () => SiloProcess.StartReadyAsync(storage), buffers => StoredBuffers.OwingInPostgreSqlAsync(database, _board.Name, buffers));

        await AssertPaidAsync(other, owing);
    }

    /// <summary>Starts silos and kills them while buffers end, until one is killed that leaves debts.</summary>
    /// <param name="start">Starts one.</param>
    /// <param name="look">Finds those that owe, when it is gone.</param>
    /// <returns>The buffers that owe.</returns>
    private static async Task<List<string>> KillAsync(Func<Task<SiloProcess>> start, Func<string[], Task<List<string>>> look)
    {
        var random = new Random(FaultRun.Seed);
        for (var kill = 0; kill < KillsMax; kill++)
        {
            using var silo = await start();
            var buffers = Enumerable.Range(0, Buffers).Select(number => string.Create(CultureInfo.InvariantCulture, $"k{kill}-{number}")).ToArray();
            using var isGone = new CancellationTokenSource();
            await using var client = await Connection.OpenAsync(silo.Gateway, GatewayAccess.OfEnvironment(), null, null, isGone.Token);
            Assert.True((await client.Grains.GetBoard(_board.Name).DefineAsync(_board)).IsGranted);
            await Parallel.ForEachAsync(buffers, async (buffer, _) => await MapAsync(client.Grains.GetBuffer(_board.Name, buffer), buffer));

            var paid = new ConcurrentDictionary<string, bool>();
            var few = 1 + random.Next(Buffers / 2);
            var someEnded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var ends = buffers.Select(async buffer =>
            {
                await EndAsync(client.Grains.GetBuffer(_board.Name, buffer));
                paid[buffer] = true;
                if (paid.Count >= few)
                {
                    someEnded.TrySetResult();
                }
            }).ToArray();
            await someEnded.Task.WaitAsync(_patience);
            await silo.Process.KillAsync();

            // A client that sent again would let them pay.
            await isGone.CancelAsync();
            await Task.WhenAll(ends).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var owing = await look(buffers);

            // That they have paid is not written; those that have answered have.
            if (owing.RemoveAll(paid.ContainsKey) is var settled && owing.Count > 0)
            {
                TestContext.Current.TestOutputHelper!.WriteLine(
                    $"kill {kill + 1}: {owing.Count} of {Buffers} buffers have ended and not answered, {settled} have paid");
                return owing;
            }
        }

        Assert.Fail($"seed {FaultRun.Seed}: no buffer owed anything after {KillsMax} kills.");
        return [];
    }

    private static async Task MapAsync(IDmaBufferGrain buffer, string name)
    {
        Assert.True((await buffer.ExportAsync(new BufferExport(name, 8192, "gpu"))).IsGranted);
        var replies = await buffer.ExecuteAsync(
            [new DmaCommand.Attach("a", "codec"), new DmaCommand.Map("m", "a", DmaDirection.Bidirectional)], goOn: false);
        Assert.All(replies, reply => Assert.True(reply.IsGranted));
    }

    private static async Task EndAsync(IDmaBufferGrain buffer)
    {
        var replies = await buffer.ExecuteAsync(
            [new DmaCommand.Unmap("m"), new DmaCommand.Detach("a"), new DmaCommand.Release()], goOn: false);
        Assert.All(replies, reply => Assert.True(reply.IsGranted));
    }

    /// <summary>Waits until the board has back what the buffers owed, and asks none of them.</summary>
    private static async Task AssertPaidAsync(SiloProcess silo, List<string> owing)
    {
        var start = Stopwatch.GetTimestamp();
        await using var client = await silo.ConnectAsync();
        List<string> still;
        do
        {
            still = await HeldAsync(client.Grains, owing);
            Assert.True(Stopwatch.GetElapsedTime(start) < _patience, $"{still.Count} of {owing.Count} buffers still owe, such as {still.FirstOrDefault()}.");
        }
        while (still.Count > 0);

        TestContext.Current.TestOutputHelper!.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"paid after {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s"));
        var check = (await BoardCheck.RunAsync(client.Grains, _board.Name, TestContext.Current.CancellationToken)).Value;
        Assert.Empty(check.Findings);
    }

    /// <summary>Those of the buffers of which the board's memory, MMUs or listing have something.</summary>
    private static async Task<List<string>> HeldAsync(IGrainFactory grains, List<string> buffers)
    {
        var held = (await grains.GetMemory(_board.Name).GetHeldAsync()).Select(token => token.Buffer)
            .Concat((await grains.GetTranslation(_board.Name).GetHeldAsync()).Select(token => token.Buffer)).ToHashSet();
        await foreach (var page in grains.GetBoard(_board.Name).BufferPagesAsync())
        {
            held.UnionWith(page);
        }

        return buffers.FindAll(held.Contains);
    }
}
