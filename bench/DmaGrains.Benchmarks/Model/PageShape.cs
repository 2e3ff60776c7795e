namespace DmaGrains.Benchmarks.Model;

/// <summary>How a buffer's pages lie in memory.</summary>
public enum PageShape
{
    Contiguous,
    RunsOf16,
    Apart,
}
