using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Sampling;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Experiments.Playing;

/// <summary>A recurring fault as played on a board.</summary>
internal sealed class FaultPlay(FaultProcess fault, int index, Draws draws)
{
    /// <summary>The fault.</summary>
    public FaultProcess Fault => fault;

    /// <summary>Its index in the file.</summary>
    public int Index => index;

    /// <summary>The memory that the fault has taken, or null.</summary>
    public DmaBuffer? Taken { get; set; }

    /// <summary>The number of its occurrences that have not ended.</summary>
    public int Lasting { get; set; }

    /// <summary>The time to the next occurrence, in nanoseconds.</summary>
    /// <param name="number">The number of the next occurrence, from 0.</param>
    public ulong UntilNext(ulong number) => Math.Max(1, fault.Every.Whole(draws.Uniform(Purpose.Fault, number)));

    /// <summary>The duration of an occurrence, in nanoseconds.</summary>
    public ulong LengthOf(ulong number, Distribution lasts) => lasts.Whole(draws.Uniform(Purpose.FaultLength, number));
}
