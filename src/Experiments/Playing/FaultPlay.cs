using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Sampling;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Experiments.Playing;

/// <summary>Something that goes wrong again and again, as it is played on a board.</summary>
internal sealed class FaultPlay(FaultProcess fault, int index, Draws draws)
{
    /// <summary>What it is.</summary>
    public FaultProcess Fault => fault;

    /// <summary>Its place in the file.</summary>
    public int Index => index;

    /// <summary>Memory that somebody else has taken; null for none.</summary>
    public DmaBuffer? Taken { get; set; }

    /// <summary>How many of them are going on.</summary>
    public int Lasting { get; set; }

    /// <summary>Time from one to the next, in nanoseconds.</summary>
    /// <param name="number">Which one comes next, from 0.</param>
    public ulong UntilNext(ulong number) => Math.Max(1, fault.Every.Whole(draws.Uniform(Purpose.Fault, number)));

    /// <summary>How long it lasts, in nanoseconds.</summary>
    public ulong LengthOf(ulong number, Distribution lasts) => lasts.Whole(draws.Uniform(Purpose.FaultLength, number));
}
