using System.Diagnostics.CodeAnalysis;
using HdrHistogram;

namespace DmaGrains.Experiments.Results;

/// <summary>
/// Takes results as they are produced: the records of a repetition together, repetitions in the order of cases and indexes, whatever the
/// number of cores.
/// </summary>
public interface IResultSink
{
    /// <summary>Adds the results of a repetition; the last of its records.</summary>
    void Add(Repetition repetition);

    /// <summary>How often a step was refused for one reason.</summary>
    void Add(RefusalCount refusals);

    /// <summary>How often something went wrong silently.</summary>
    void Add(HazardCount hazards);

    /// <summary>How full a region was at a moment.</summary>
    void Add(in MemorySample sample);

    /// <summary>How long buffers waited for their first granted map, in nanoseconds from the arrival.</summary>
    /// <param name="case">The case's index.</param>
    /// <param name="repetition">The repetition's index.</param>
    /// <param name="histogram">The times.</param>
    [SuppressMessage("Naming", "CA1716", Justification = "As for the type.")]
    void AddTimesToFirstMap(int @case, int repetition, LongHistogram histogram);

    /// <summary>How long replies took on grains, in nanoseconds from when the command was due; not called for repetitions in virtual time.</summary>
    /// <param name="case">The case's index.</param>
    /// <param name="repetition">The repetition's index.</param>
    /// <param name="histogram">The times.</param>
    [SuppressMessage("Naming", "CA1716", Justification = "As for the type.")]
    void AddLatencies(int @case, int repetition, LongHistogram histogram)
    {
    }
}
