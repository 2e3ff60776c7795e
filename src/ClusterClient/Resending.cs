using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Storage;
using Orleans.Runtime.Messaging;
using Polly;
using Polly.Retry;

namespace DmaGrains.ClusterClient;

/// <summary>
/// Sends a call again when there was no reply. That is safe: whatever the first attempt did, the same id gets the same reply. The pause
/// gives the grains of a lost silo time to be activated elsewhere; the third attempt is for calls that other silos still sent to the lost
/// one. Calls to other grains are not repeated, because their effect is unknown.
/// </summary>
internal sealed class Resending : IOutgoingGrainCallFilter
{
    private readonly string _gateways;
    private readonly CancellationToken _waiting;
    private readonly ResiliencePipeline _pipeline;
    private long _count;

    /// <summary>Creates the filter for the calls of one client.</summary>
    /// <param name="options">The options, with the number of attempts and the pause.</param>
    /// <param name="waiting">Stops waiting; a command that was sent may still happen.</param>
    public Resending(DmaGrainsClientOptions options, CancellationToken waiting)
    {
        _gateways = string.Join(',', options.Gateways);
        _waiting = waiting;
        _pipeline = options.Retries == 0 ? ResiliencePipeline.Empty : new ResiliencePipelineBuilder().AddRetry(PolicyOf(options)).Build();
    }

    /// <summary>The number of repeated calls.</summary>
    public ulong Count => (ulong)Interlocked.Read(ref _count);

    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (!IsOurs(context))
        {
            await context.Invoke();
            return;
        }

        var asked = context.Request.GetCancellationToken();
        using var either = asked.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(asked, _waiting) : null;
        await InvokeAsync(new(context), either?.Token ?? _waiting);
    }

    private async Task InvokeAsync(Call call, CancellationToken cancellation)
    {
        try
        {
            await _pipeline.ExecuteAsync(static (call, cancellation) => call.SendAsync(cancellation), call, cancellation);
        }
        catch (Exception trouble) when (IsPassing(trouble, cancellation))
        {
            throw new NoReplyException(
                $"no reply from {_gateways} to {call.Attempts} ({Reason(trouble)}): it may have happened or not; send it again.", trouble);
        }

        if (call.IsRepeated && IsForgotten(call.Result))
        {
            throw new NoReplyException(
                $"no reply from {_gateways} to the first of {call.Attempts}, and the buffer no longer remembers its reply: "
                    + "it may have happened or not; look at the buffer.");
        }
    }

    /// <summary>
    /// The pause is never shortened, as Polly's own jitter would do, because the cluster needs the time. The random addition keeps clients
    /// that lost the same silo from returning all at once.
    /// </summary>
    [SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Spreads load; nothing is secret.")]
    private RetryStrategyOptions PolicyOf(DmaGrainsClientOptions options) => new()
    {
        MaxRetryAttempts = options.Retries,
        ShouldHandle = attempt => new(attempt.Outcome.Exception is { } trouble && IsPassing(trouble, attempt.Context.CancellationToken)),
        DelayGenerator = _ => new(options.RetryDelay * (1 + (Random.Shared.NextDouble() / 4))),
        OnRetry = _ =>
        {
            Interlocked.Increment(ref _count);
            return default;
        },
    };

    /// <summary>Whether a repeated call does no harm: our grains promise it, and Orleans' management grain is only asked.</summary>
    private static bool IsOurs(IOutgoingGrainCallContext context) =>
        context.Request.GetInterfaceType() is { } type && (type.Assembly == typeof(IDmaBufferGrain).Assembly || type == typeof(IManagementGrain));

    /// <summary>
    /// Whether the cluster is at fault: a lost silo, a late answer, a call between grains that expired, or storage that refused a write.
    /// </summary>
    private static bool IsPassing(Exception trouble, CancellationToken cancellation) =>
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

    /// <summary>One call and its attempts.</summary>
    private sealed class Call(IOutgoingGrainCallContext context)
    {
        private int _attempts;

        public string Attempts => _attempts == 1 ? "1 attempt" : string.Create(CultureInfo.InvariantCulture, $"{_attempts} attempts");

        public bool IsRepeated => _attempts > 1;

        public object? Result => context.Result;

        public async ValueTask SendAsync(CancellationToken cancellation)
        {
            _attempts++;
            await context.Invoke().WaitAsync(cancellation);
        }
    }
}
