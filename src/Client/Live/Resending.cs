using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Silo;
using Orleans.Runtime.Messaging;

namespace DmaGrains.Client.Live;

/// <summary>
/// Sends a command again when it brought no reply. That is safe: whatever the first one did, the same id gets the same reply. In
/// between a lost silo's grains have time to come up elsewhere; a third attempt is for calls that the silos left still sent to the
/// lost one.
/// </summary>
/// <param name="gateway">What a message calls the cluster.</param>
/// <param name="cancellation">Gives up waiting; what was sent may still happen.</param>
internal sealed class Resending(string gateway, CancellationToken cancellation) : IOutgoingGrainCallFilter
{
    private const int Attempts = 3;

    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
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
            catch (Exception trouble) when (IsPassing(trouble) && !SystemTargetGrainId.TryParse(context.TargetId, out _))
            {
                // Orleans' own calls, to a silo and not to a grain, go to another silo by themselves.
                if (attempt == Attempts)
                {
                    throw new NoReplyException(
                        $"no reply from {gateway} to {Attempts} attempts ({Reason(trouble)}): it may have happened or not; send it again.",
                        trouble);
                }

                await Task.Delay(Liveness.LossNoticed, cancellation);
            }
        }
    }

    /// <summary>
    /// Whether it is the cluster that has trouble: a silo lost, an answer late, a call of one grain to another that expired on its way,
    /// storage that did not take a write.
    /// </summary>
    private bool IsPassing(Exception trouble) =>
        trouble is TimeoutException or OrleansException or IOException
        || (trouble is OperationCanceledException && !cancellation.IsCancellationRequested)
        || trouble.GetType().Namespace?.StartsWith("Orleans", StringComparison.Ordinal) == true;

    /// <summary>Whether a buffer cannot tell what became of the first attempt: too many others asked it something in between.</summary>
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
