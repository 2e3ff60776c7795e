namespace DmaGrains.Benchmarks.Hosting;

/// <summary>Where the measured grains keep their state.</summary>
public enum BenchmarkStorage
{
    /// <summary>As shipped: Orleans' memory storage.</summary>
    Memory,

    /// <summary>Nowhere.</summary>
    None,

    /// <summary>In this process, counted.</summary>
    Counted,
}
