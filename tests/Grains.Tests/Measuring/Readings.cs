using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using DmaGrains.Interfaces;

namespace DmaGrains.Grains.Tests.Measuring;

/// <summary>What the meter measures while this lives: sums of counters and values of gauges, by instrument and labels.</summary>
internal sealed class Readings : IDisposable
{
    private readonly ConcurrentDictionary<string, double> _sums = new();
    private readonly Dictionary<string, double> _before;
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
        Look();
        _before = Counted().ToDictionary(count => count.Key, count => count.Value);
    }

    /// <summary>The labels and values of an instrument, for example <c>map granted = 1</c>; labels in the order of their names.</summary>
    public IReadOnlyList<string> Of(string instrument)
    {
        Look();
        return
        [
            .. _sums.Where(sum => sum.Key.StartsWith($"{instrument}|", StringComparison.Ordinal)).Concat(CountedOf(instrument))
                .Select(sum => $"{sum.Key[(sum.Key.IndexOf('|', StringComparison.Ordinal) + 1)..]} = {sum.Value:0}")
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Reads what is read when somebody looks.</summary>
    public void Look()
    {
        foreach (var key in _sums.Keys.Where(key => key.StartsWith("gauge ", StringComparison.Ordinal) || key.StartsWith("count ", StringComparison.Ordinal)))
        {
            _sums.TryRemove(key, out _);
        }

        _listener.RecordObservableInstruments();
    }

    public void Dispose() => _listener.Dispose();

    private IEnumerable<KeyValuePair<string, double>> Counted() => _sums.Where(sum => sum.Key.StartsWith("count ", StringComparison.Ordinal));

    /// <summary>What was counted since this lives.</summary>
    private IEnumerable<KeyValuePair<string, double>> CountedOf(string instrument) => Counted()
        .Where(count => count.Key.StartsWith($"count {instrument}|", StringComparison.Ordinal))
        .Select(count => KeyValuePair.Create(count.Key, count.Value - _before.GetValueOrDefault(count.Key)))
        .Where(count => count.Value != 0);

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var words = labels.ToArray().OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => label.Value);
        var kind = instrument is ObservableCounter<long> ? "count " : instrument.IsObservable ? "gauge " : string.Empty;
        _sums.AddOrUpdate($"{kind}{instrument.Name}|{string.Join(' ', words)}", value, (_, sum) => sum + value);
    }
}
