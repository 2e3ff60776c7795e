namespace DmaGrains.Silo.Tests.Machines;

/// <summary>A clock that stands still until it is set on.</summary>
internal sealed class SetClock : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public void Add(TimeSpan time) => _ticks += time.Ticks;
}
