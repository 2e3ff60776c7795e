using System.Collections.Immutable;

namespace DmaGrains.Kernel.Conformance;

/// <summary>The results of the model for one vector file.</summary>
/// <param name="Name">The file's name without its directory and without <c>.jsonl</c>.</param>
/// <param name="Kind">What its records are about.</param>
/// <param name="Passed">Records that the model answers as expected.</param>
/// <param name="Failed">Records that it answers differently.</param>
/// <param name="Skipped">Records of a class that a model may refuse; this model refuses none, so 0.</param>
/// <param name="Failures">The first <see cref="FailuresMax"/> of the failed records, in file order.</param>
public sealed record ConformanceReport(
    string Name,
    VectorKind Kind,
    int Passed,
    int Failed,
    int Skipped,
    ImmutableArray<ConformanceFailure> Failures)
{
    /// <summary>What printed the answers: a kernel version, or what stands for one.</summary>
    public required string Reference { get; init; }

    /// <summary>The most failures that a report describes; it counts them all.</summary>
    public const int FailuresMax = 20;
}
