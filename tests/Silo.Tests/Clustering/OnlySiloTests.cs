using System.Diagnostics;
using DmaGrains.Interfaces;
using DmaGrains.Silo.Tests.Machines;

namespace DmaGrains.Silo.Tests.Clustering;

/// <summary>Clients of a silo that is the only one, and is lost and started again while they ask.</summary>
public sealed class OnlySiloTests : IDisposable
{
    private const int Callers = 8;
    private const int Restarts = 2;

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    public async Task A_client_whose_silo_is_restarted_gets_answers_or_hears_that_there_are_none(string signal)
    {
        var silo = await SiloProcess.StartReadyAsync([("DMAGRAINS_DATA", _folder.File("state.db"))]);
        try
        {
            await using var client = await silo.ConnectAsync();
            await SmallBoard.DefineAsync(client.Grains);
            var callers = Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => AskAsync(client.Grains)));
            await silo.Process.SignalAsync(signal);
            await silo.Process.EndAsync();
            silo.Dispose();
            silo = silo.StartAgain();
            await silo.ReadyAsync();
            await callers.WaitAsync(_patience, TestContext.Current.CancellationToken);
        }
        finally
        {
            silo.Dispose();
        }
    }

    [Fact]
    public async Task A_client_that_connects_while_its_silo_starts_gets_answers()
    {
        var silo = SiloProcess.Start([("DMAGRAINS_DATA", _folder.File("state.db"))]);
        try
        {
            for (var restart = 0; restart < Restarts; restart++)
            {
                await using var client = await SiloProcess.ConnectInTimeAsync(silo.Gateway);
                Assert.False((await client.Grains.GetBoard("small").GetAsync()).IsGranted);
                await silo.Process.KillAsync();
                silo.Dispose();
                silo = silo.StartAgain();
            }
        }
        finally
        {
            silo.Dispose();
        }
    }

    /// <summary>Asks until the silo has been away, and answers again.</summary>
    private static async Task AskAsync(IGrainFactory grains)
    {
        for (var wasAway = false; ;)
        {
            var start = Stopwatch.GetTimestamp();
            try
            {
                Assert.True((await grains.GetBoard("small").GetAsync()).IsGranted);
                if (wasAway)
                {
                    return;
                }
            }
            catch (NoReplyException)
            {
                wasAway = true;
            }

            // One that was sent again.
            wasAway |= Stopwatch.GetElapsedTime(start) >= ClusterDefaults.LossNoticed;
        }
    }
}
