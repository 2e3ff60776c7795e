using DmaGrains.Grains.Storage;
using DmaGrains.Interfaces;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace DmaGrains.Grains.Buffers.Debts;

/// <summary>
/// Reads what is stored of every buffer that a board lists, and calls those that owe something. A buffer gives its name back last, so
/// whoever owes is listed. The others are not activated: a million buffers that owe nothing take no memory.
/// </summary>
[GrainType("dma-debt-sweep")]
internal sealed partial class DebtSweepGrain(
    [FromKeyedServices(StorageNames.Default)] IGrainStorage storage,
    BufferDebts debts,
    TimeProvider time,
    ILogger<DebtSweepGrain> logger) : Grain, IDebtSweepGrain
{
    private const int ReadsAtOnce = 8;

    // While it is at it nobody calls it, and it must stay.
    private static readonly TimeSpan _stay = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan _pauseAfterFailure = TimeSpan.FromSeconds(5);

    private bool _isAsked;
    private bool _isAtIt;

    public Task SweepAsync()
    {
        _isAsked = true;
        if (!_isAtIt)
        {
            _isAtIt = true;
            this.RegisterGrainTimer(
                SweepAllAsync, new() { DueTime = TimeSpan.Zero, Period = Timeout.InfiniteTimeSpan, Interleave = true, KeepAlive = true });
        }

        return Task.CompletedTask;
    }

    private async Task SweepAllAsync(CancellationToken cancellation)
    {
        try
        {
            while (_isAsked)
            {
                _isAsked = false;
                try
                {
                    await SweepOnceAsync(cancellation);
                }
                catch (Exception problem) when (!cancellation.IsCancellationRequested)
                {
                    LogFailed(problem.Message);
                    _isAsked = true;
                    await Task.Delay(_pauseAfterFailure, time, cancellation);
                }
            }
        }
        finally
        {
            _isAtIt = false;
        }
    }

    private async Task SweepOnceAsync(CancellationToken cancellation)
    {
        await foreach (var boards in GrainFactory.GetBoards().BoardPagesAsync(cancellation: cancellation))
        {
            foreach (var board in boards)
            {
                await foreach (var buffers in GrainFactory.GetBoard(board).BufferPagesAsync(cancellation: cancellation))
                {
                    DelayDeactivation(_stay);
                    foreach (var some in buffers.Chunk(ReadsAtOnce))
                    {
                        await Task.WhenAll(some.Select(buffer => LookAsync(board, buffer, cancellation)));
                    }
                }
            }
        }
    }

    private async Task LookAsync(string board, string name, CancellationToken cancellation)
    {
        var buffer = GrainFactory.GetBuffer(board, name);
        var stored = new DurableState<DmaBufferRecord>(DmaBufferRecord.StateName, buffer.GetGrainId(), storage, new());
        await stored.ReadStateAsync(cancellation);
        if (stored.State.Buffer is { IsInDebt: true })
        {
            try
            {
                await buffer.SettleAsync();
            }
            catch (Exception)
            {
                debts.Add(board, name);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Buffers that owe something are looked for again: {Reason}")]
    private partial void LogFailed(string reason);
}
