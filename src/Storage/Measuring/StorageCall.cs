using System.Diagnostics;

namespace DmaGrains.Storage.Measuring;

/// <summary>An operation of the storage while a grain waits for it: its time is measured and, where somebody listens, it is a span.</summary>
internal readonly struct StorageCall
{
    private readonly string _operation;
    private readonly long _began;
    private readonly Activity? _span;

    private StorageCall(string operation, long began, Activity? span) => (_operation, _began, _span) = (operation, began, span);

    /// <summary>Begins to measure.</summary>
    /// <param name="operation">What is done: one of few words.</param>
    /// <param name="grain">For which grain; on spans only, because there is no bound to the number of grains.</param>
    public static StorageCall Begin<TGrain>(string operation, TGrain grain)
        where TGrain : notnull
    {
        var span = StorageInstruments.Activities.StartActivity(operation, ActivityKind.Client);
        span?.SetTag(StorageInstruments.Operation, operation).SetTag("dmagrains.grain", grain.ToString());
        return new(operation, Stopwatch.GetTimestamp(), span);
    }

    /// <summary>It has ended.</summary>
    /// <param name="fault">With what; null when it is done.</param>
    public void End(Exception? fault = null)
    {
        var seconds = Stopwatch.GetElapsedTime(_began).TotalSeconds;
        var operation = new KeyValuePair<string, object?>(StorageInstruments.Operation, _operation);
        if (fault is null)
        {
            StorageInstruments.Duration.Record(seconds, operation);
        }
        else
        {
            // The type alone: a message may name servers and files.
            var type = fault.GetType().FullName;
            StorageInstruments.Duration.Record(seconds, operation, new KeyValuePair<string, object?>("error.type", type));
            _span?.SetTag("error.type", type).SetStatus(ActivityStatusCode.Error);
        }

        _span?.Dispose();
    }
}
