using System.Threading.Channels;
using DmaGrains.Grains.Storage;
using DmaGrains.Interfaces;
using DmaGrains.Storage;
using Microsoft.Extensions.Logging;
using Orleans.Serialization;

namespace DmaGrains.Grains.Buffers.Debts;

/// <summary>
/// Reads the stored state of every listed buffer, and calls those that owe something. A buffer gives its name back last, so every buffer
/// that owes something is listed. The others are not activated: a million buffers that owe nothing take no memory.
/// </summary>
/// <remarks>One for each silo; <see cref="DebtSweepGrain"/> selects the silo that sweeps. It stops before its silo leaves the cluster.</remarks>
internal sealed class DebtSweep(
    IGrainFactory grains,
    Journals journals,
    Serializer serializer,
    BufferDebts debts,
    TimeProvider time,
    ILogger<DebtSweep> logger) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private const int ReadsAtOnce = 8;

    private static readonly TimeSpan _pauseAfterFailure = TimeSpan.FromSeconds(5);

    private readonly Channel<bool> _due = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly CancellationTokenSource _stopping = new();
    private Task _sweeping = Task.CompletedTask;

    /// <summary>Starts a sweep, or another one after the current one.</summary>
    public void Begin() => _due.Writer.TryWrite(true);

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe<DebtSweep>(ServiceLifecycleStage.Active, StartAsync, StopAsync);

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private Task StartAsync(CancellationToken cancellation)
    {
        _sweeping = Task.Run(() => SweepAsync(_stopping.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        await _sweeping.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        try
        {
            while (await _due.Reader.WaitToReadAsync(stopping))
            {
                _due.Reader.TryRead(out _);
                try
                {
                    await SweepOnceAsync(stopping);
                }
                catch (Exception problem) when (!stopping.IsCancellationRequested)
                {
                    logger.LogNotSwept(problem.Message);
                    Begin();
                    await Task.Delay(_pauseAfterFailure, time, stopping);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops; other silos, or its next start, sweep again.
        }
    }

    private async Task SweepOnceAsync(CancellationToken stopping)
    {
        await foreach (var boards in grains.GetBoards().BoardPagesAsync(cancellation: stopping))
        {
            foreach (var board in boards)
            {
                await foreach (var buffers in grains.GetBoard(board).BufferPagesAsync(cancellation: stopping))
                {
                    foreach (var some in buffers.Chunk(ReadsAtOnce))
                    {
                        stopping.ThrowIfCancellationRequested();
                        await Task.WhenAll(some.Select(buffer => LookAsync(board, buffer, stopping)));
                    }
                }
            }
        }
    }

    private async Task LookAsync(string board, string name, CancellationToken stopping)
    {
        var buffer = grains.BufferForGrains(board, name);
        var journal = journals.Of(StorageNames.Default, buffer.GetGrainId(), DmaBufferRecord.StateName);
        var stored = DmaBufferRecord.Replay(await journal.ReadAsync(stopping), serializer);

        // A listed name without a buffer is left by an export that was refused and then interrupted, or the buffer was stored by an earlier build.
        if (stored?.Buffer is null or { IsInDebt: true })
        {
            try
            {
                await buffer.SettleAsync(stopping);
            }
            catch (Exception)
            {
                debts.Add(board, name);
            }
        }
    }
}
