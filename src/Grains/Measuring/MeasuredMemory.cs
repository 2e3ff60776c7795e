using DmaGrains.Model.Memory;

namespace DmaGrains.Grains.Measuring;

/// <summary>A board's memory as it was written last, for whoever measures, while its grain is active.</summary>
/// <param name="board">The board.</param>
internal sealed class MeasuredMemory(string board)
{
    private static long _numbers;

    private volatile Use? _use;

    /// <summary>The board.</summary>
    public string Board => board;

    /// <summary>Grows with each activation: those that came first keep their names.</summary>
    public long Number { get; } = Interlocked.Increment(ref _numbers);

    /// <summary>The memory was read or written.</summary>
    /// <param name="memory">The memory; null when it is not set up.</param>
    public void Set(PhysicalMemory? memory)
    {
        if (memory is null)
        {
            _use = null;
        }
        else if (_use is { } use && memory.HasRegionsOf(use.Memory))
        {
            use.Set(memory);
        }
        else
        {
            _use = new(memory);
        }
    }

    /// <summary>The regions, each with the most bytes that were held since its grain was activated or its memory was set up.</summary>
    public IEnumerable<(RegionUse Region, ulong HighWater)> Regions() => _use is not { } use ? [] : use.Memory.Describe()
        .Select((region, index) => (region, Math.Max(region.HeldBytes, use.HighWater(index, region))));

    private sealed class Use
    {
        private readonly ulong[] _leastFreePages;
        private volatile PhysicalMemory _memory;

        public Use(PhysicalMemory memory)
        {
            _memory = memory;
            _leastFreePages = [.. memory.Layouts.Select((_, index) => memory.FreeOf(index).PageCount)];
        }

        public PhysicalMemory Memory => _memory;

        public void Set(PhysicalMemory memory)
        {
            _memory = memory;
            for (var index = 0; index < _leastFreePages.Length; index++)
            {
                _leastFreePages[index] = Math.Min(_leastFreePages[index], memory.FreeOf(index).PageCount);
            }
        }

        public ulong HighWater(int index, RegionUse region) =>
            region.SizeBytes - region.ReservedBytes - (Volatile.Read(ref _leastFreePages[index]) << Model.Page.Shift);
    }
}
