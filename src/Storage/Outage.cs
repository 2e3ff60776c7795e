using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DmaGrains.Storage;

/// <summary>Logs when storage begins to fail and when it works again: one line each, however many callers are affected.</summary>
/// <param name="log">The log.</param>
/// <param name="what">The kind of operation, for the message.</param>
internal sealed class Outage(ILogger log, string what)
{
    private int _isOn;

    /// <summary>Logs nothing.</summary>
    public static Outage Unheard { get; } = new(NullLogger.Instance, string.Empty);

    /// <summary>Waits for an operation and takes note of its success or failure.</summary>
    public async Task<T> WatchAsync<T>(Task<T> work)
    {
        T result;
        try
        {
            result = await work;
        }
        catch (StorageException why)
        {
            Begin(why);
            throw;
        }

        End();
        return result;
    }

    /// <summary>Takes note of a failure.</summary>
    public void Begin(StorageException why)
    {
        if (Interlocked.Exchange(ref _isOn, 1) == 0)
        {
            log.StorageFails(what, why.Message);
        }
    }

    /// <summary>Takes note of a success.</summary>
    public void End()
    {
        if (Volatile.Read(ref _isOn) == 1 && Interlocked.Exchange(ref _isOn, 0) == 1)
        {
            log.StorageWorks(what);
        }
    }
}
