using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Silo;
using DmaGrains.Storage;
using Orleans.Runtime.Messaging;

namespace DmaGrains.Client.Live;

/// <summary>
/// Sends a command again when there was no reply. That is safe: whatever the first attempt did, the same id gets the same reply. The
/// pause gives the grains of a lost silo time to be activated elsewhere; the third attempt is for calls that other silos still sent to
/// the lost one.
/// </summary>
/// <param name="gateway">How messages name the cluster.</param>
/// <param name="cancellation">Stops waiting; a command that was sent may still happen.</param>
internal sealed class Resending(string gateway, CancellationToken cancellation) : IOutgoingGrainCallFilter
{
    private const int Attempts = 3;

    private long _count;

    /// <summary>How often something was sent again.</summary>
    public ulong Count => (ulong)Interlocked.Read(ref _count);

    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        var ofCaller = context.Request.GetCancellationToken();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await context.Invoke().WaitAsync(cancellation);
                if (attempt > 1 && IsForgotten(context.Result))
                {
                    throw new NoReplyException(
                        $"no reply from {gateway} to the first of {attempt} attempts, and the buffer no longer remembers its reply: "
                            + "it may have happened or not; look at the buffer.");
                }

                return;
            }
            catch (Exception trouble) when (IsPassing(trouble) && !ofCaller.IsCancellationRequested && !SystemTargetGrainId.TryParse(context.TargetId, out _))
            {
                // Orleans itself sends its own calls, which are to silos and not to grains, to another silo.
                if (attempt == Attempts)
                {
                    throw new NoReplyException(
                        $"no reply from {gateway} to {Attempts} attempts ({Reason(trouble)}): it may have happened or not; send it again.",
                        trouble);
                }

                Interlocked.Increment(ref _count);
                await Task.Delay(Liveness.LossNoticed, cancellation);
            }
        }
    }

    /// <summary>
    /// Whether the cluster is at fault: a lost silo, a late answer, a call between grains that expired, or storage that refused a write.
    /// </summary>
    private bool IsPassing(Exception trouble) =>
        trouble is TimeoutException or OrleansException or IOException
        || (trouble is OperationCanceledException && !cancellation.IsCancellationRequested)
        || trouble.GetType().Namespace?.StartsWith("Orleans", StringComparison.Ordinal) == true;

    /// <summary>Whether the buffer no longer knows what happened to the first attempt, because too many other callers came in between.</summary>
    private static bool IsForgotten(object? result) => result switch
    {
        DmaResult<DmaReply> { IsGranted: false, Refusal.Errno: Errno.ESTALE } => true,
        ImmutableArray<DmaResult<DmaReply>> { IsDefault: false } replies => replies.Any(reply => IsForgotten(reply)),
        _ => false,
    };

    private static string Reason(Exception trouble) => trouble switch
    {
        TimeoutException or OperationCanceledException => "the reply was late",
        { InnerException: StorageException storage } => storage.Message.TrimEnd('.'),
        ConnectionFailedException or SiloUnavailableException => "it cannot be reached",
        _ => trouble.Message.TrimEnd('.'),
    };
}
