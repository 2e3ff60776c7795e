using System.Collections.Concurrent;
using System.Threading.Channels;
using DmaGrains.Grains.Measuring;
using Microsoft.Extensions.Logging;

namespace DmaGrains.Grains.Buffers.Debts;

/// <summary>
/// Makes buffers give back what they owe even if they get no other command. A buffer whose payment failed is called again until it has
/// paid. Debts that a lost silo may have left are looked for when a silo starts, and when one is lost.
/// </summary>
/// <remarks>One for each silo, in memory: it does nothing, and costs nothing, while no buffer owes anything. See <c>docs/decisions/0025</c>.</remarks>
internal sealed class BufferDebts(
    IGrainFactory grains, ISiloStatusOracle silos, TimeProvider time, ILogger<BufferDebts> logger)
    : ILifecycleParticipant<ISiloLifecycle>, ISiloStatusListener, IDisposable
{
    private const int CallsAtOnce = 32;

    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(string Board, string Buffer), bool> _owing = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly CancellationTokenSource _stopping = new();
    private Task _paying = Task.CompletedTask;
    private volatile bool _isSweepDue;

    /// <summary>How many buffers may owe something.</summary>
    public int Count => _owing.Count;

    /// <summary>Notes that a buffer may owe something, and that its payment failed.</summary>
    public void Add(string board, string buffer)
    {
        _owing[(board, buffer)] = true;
        _wake.Writer.TryWrite(true);
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe<BufferDebts>(ServiceLifecycleStage.Active, StartAsync, StopAsync);

    /// <inheritdoc/>
    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status == SiloStatus.Dead && !updatedSilo.Equals(silos.SiloAddress))
        {
            Sweep();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private Task StartAsync(CancellationToken cancellation)
    {
        BufferInstruments.Debts.Add(this);
        silos.SubscribeToSiloStatusEvents(this);
        _paying = Task.Run(() => PayAsync(_stopping.Token), CancellationToken.None);
        Sweep();
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellation)
    {
        BufferInstruments.Debts.Remove(this);
        silos.UnSubscribeFromSiloStatusEvents(this);
        await _stopping.CancelAsync();

        // A call in progress may take until its timeout; a silo that must stop at once does not wait for it.
        await _paying.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Sweep()
    {
        _isSweepDue = true;
        _wake.Writer.TryWrite(true);
    }

    private async Task PayAsync(CancellationToken stopping)
    {
        try
        {
            for (var pause = _firstPause; await _wake.Reader.WaitToReadAsync(stopping);)
            {
                _wake.Reader.TryRead(out _);
                var isGood = !_isSweepDue || await SweepAsync(stopping);
                if (!_owing.IsEmpty)
                {
                    // The payment has just failed and would fail again.
                    await Task.Delay(pause, time, stopping);
                    isGood &= await PayAllAsync(stopping);
                }
                else if (!isGood)
                {
                    await Task.Delay(pause, time, stopping);
                }

                pause = isGood ? _firstPause : TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, _longestPause.Ticks));
                if (!isGood)
                {
                    _wake.Writer.TryWrite(true);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops; other silos, or its next start, find what is left.
        }
    }

    private async Task<bool> SweepAsync(CancellationToken stopping)
    {
        _isSweepDue = false;
        try
        {
            await grains.GetDebtSweep().SweepAsync(stopping);
            return true;
        }
        catch (Exception problem) when (!stopping.IsCancellationRequested)
        {
            logger.LogNotSwept(problem.Message);
            _isSweepDue = true;
            return false;
        }
    }

    private async Task<bool> PayAllAsync(CancellationToken stopping)
    {
        var isGood = true;
        foreach (var some in _owing.Keys.Chunk(CallsAtOnce))
        {
            stopping.ThrowIfCancellationRequested();
            var paid = await Task.WhenAll(some.Select(buffer => PayAsync(buffer.Board, buffer.Buffer, stopping)));
            isGood &= paid.All(done => done);
        }

        return isGood;
    }

    private async Task<bool> PayAsync(string board, string buffer, CancellationToken stopping)
    {
        // Removed first: a failure meanwhile adds it again.
        _owing.TryRemove((board, buffer), out _);
        try
        {
            await grains.BufferForGrains(board, buffer).SettleAsync(stopping);
            return true;
        }
        catch (Exception problem) when (!stopping.IsCancellationRequested)
        {
            logger.LogNotPaid(board, buffer, problem.Message);
            _owing[(board, buffer)] = true;
            return false;
        }
    }
}
