using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using DmaGrains.Interfaces;

namespace DmaGrains.Grains.Tests.Measuring;

/// <summary>What the meter measures while this lives: sums of counters and values of gauges, by instrument and labels.</summary>
internal sealed class Readings : IDisposable
{
    private readonly ConcurrentDictionary<string, double> _sums = new();
    private readonly MeterListener _listener = new();

    public Readings()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == DmaGrainsTelemetry.Name)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, labels, _) => Note(instrument, value, labels));
        _listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Note(instrument, value, labels));
        _listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Note(instrument, value, labels));
        _listener.Start();
    }

    /// <summary>The labels and values of an instrument, for example <c>map granted = 1</c>; labels in the order of their names.</summary>
    public IReadOnlyList<string> Of(string instrument) =>
    [
        .. _sums.Where(sum => sum.Key.StartsWith($"{instrument}|", StringComparison.Ordinal))
            .Select(sum => $"{sum.Key[(instrument.Length + 1)..]} = {sum.Value:0}")
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads the gauges.</summary>
    public void Look()
    {
        foreach (var key in _sums.Keys.Where(key => key.StartsWith("gauge ", StringComparison.Ordinal)))
        {
            _sums.TryRemove(key, out _);
        }

        _listener.RecordObservableInstruments();
    }

    public void Dispose() => _listener.Dispose();

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var words = labels.ToArray().OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => label.Value);
        var kind = instrument.IsObservable ? "gauge " : string.Empty;
        _sums.AddOrUpdate($"{kind}{instrument.Name}|{string.Join(' ', words)}", value, (_, sum) => sum + value);
    }
}
