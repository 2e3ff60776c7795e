using System.Diagnostics;
using DmaGrains.Silo.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace DmaGrains.Silo.Http;

/// <summary>When streams end: with their callers, with the silo, and with the tokens that let them in.</summary>
internal sealed class StreamEnd(IHostApplicationLifetime lifetime, TokenStore tokens)
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    /// <summary>Ends with the caller and with the silo.</summary>
    public CancellationTokenSource Link(CancellationToken caller) => CancellationTokenSource.CreateLinkedTokenSource(caller, lifetime.ApplicationStopping);

    /// <summary>Whether a stream goes on.</summary>
    public bool GoesOn(HttpRequest request, CancellationToken stop) =>
        !stop.IsCancellationRequested && TokenAuthentication.PermissionOf(request, tokens) >= Permission.Read;

    /// <summary>Asks the grains; null when they do not answer, after a pause, or when the stream ends.</summary>
    public static async Task<T?> AskAsync<T>(Func<Task<T>> ask, CancellationToken stop)
        where T : struct
    {
        try
        {
            return await ask();
        }
        catch (Exception trouble) when (stop.IsCancellationRequested || Problems.IsPassing(trouble))
        {
            await PauseAsync(_pause, stop);
            return null;
        }
    }

    /// <summary>Waits; less when the stream ends.</summary>
    public static Task PauseAsync(TimeSpan time, CancellationToken stop) =>
        Task.Delay(time, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}

/// <summary>Tells when nothing has been told for a while.</summary>
internal sealed class IdleClock(TimeSpan patience)
{
    private long _since = Stopwatch.GetTimestamp();

    /// <summary>Something was told.</summary>
    public void Restart() => _since = Stopwatch.GetTimestamp();

    /// <summary>Whether nothing was told for that long; then it starts anew.</summary>
    public bool IsOver()
    {
        var isOver = Stopwatch.GetElapsedTime(_since) >= patience;
        if (isOver)
        {
            Restart();
        }

        return isOver;
    }
}
