using System.Collections.Immutable;
using DmaGrains.Model.Memory;

namespace DmaGrains.Scenarios.Running;

/// <summary>The results of a scenario, which are the same on the model and on grains.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Shows">What the scenario shows.</param>
/// <param name="Board">The board it was played on.</param>
/// <param name="Result">The overall result.</param>
/// <param name="Steps">Each step in the order played.</param>
/// <param name="Memory">The board's memory at the end.</param>
public sealed record RunReport(
    string Scenario,
    string Shows,
    string Board,
    RunResult Result,
    ImmutableArray<StepReport> Steps,
    ImmutableArray<RegionUse> Memory);

/// <summary>The overall results of runs.</summary>
public enum RunResult
{
    /// <summary>Every step was granted, or refused just as its scenario expects, and nothing went wrong silently.</summary>
    Good,

    /// <summary>A step without an expectation was refused.</summary>
    Refused,

    /// <summary>The outcome of a step was not as the scenario expects.</summary>
    Unexpected,

    /// <summary>All outcomes were as for <see cref="Good"/>, but something went wrong silently: a hazard is on record.</summary>
    Hazard,
}
