namespace DmaGrains.Model.Tests.Coherency;

/// <summary>One byte of memory and the CPU's cache line of it, as hardware has them: what the rules are held against.</summary>
internal sealed class CachedByte
{
    private int _writes;
    private int? _cached;
    private bool _isDirty;

    /// <summary>What memory has: the number of the write that put it there.</summary>
    public int Memory { get; private set; }

    /// <summary>What was written last by whoever was allowed to.</summary>
    public int Latest { get; private set; }

    public int ReadByCpu() => _cached ??= Memory;

    public void WriteByCpu() => (_cached, _isDirty, Latest) = (++_writes, true, _writes);

    public int ReadByDevice(bool coherent) => coherent && _cached is { } line ? line : Memory;

    public void WriteByDevice(bool coherent)
    {
        (Memory, Latest) = (++_writes, _writes);
        if (coherent)
        {
            (_cached, _isDirty) = (null, false);
        }
    }

    public void Clean() => (Memory, _isDirty) = (_isDirty ? _cached!.Value : Memory, false);

    /// <summary>Discards the line; what was only there is lost.</summary>
    public void Invalidate() => (_cached, _isDirty) = (null, false);

    /// <summary>Caches do this on their own at any time.</summary>
    public void Prefetch() => _cached ??= Memory;

    /// <summary>Caches do this on their own at any time.</summary>
    public void Evict()
    {
        Clean();
        Invalidate();
    }
}
