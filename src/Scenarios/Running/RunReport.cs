using System.Collections.Immutable;
using DmaGrains.Model.Memory;

namespace DmaGrains.Scenarios.Running;

/// <summary>What came of a scenario. The same whether it was played on the model or on grains.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Shows">What it is there to show.</param>
/// <param name="Board">The board it was played on.</param>
/// <param name="Result">All in all.</param>
/// <param name="Steps">Each step in the order played.</param>
/// <param name="Memory">The board's memory at the end.</param>
public sealed record RunReport(
    string Scenario,
    string Shows,
    string Board,
    RunResult Result,
    ImmutableArray<StepReport> Steps,
    ImmutableArray<RegionUse> Memory);

/// <summary>What a run comes to.</summary>
public enum RunResult
{
    /// <summary>Every step was granted, or refused just as its scenario expects, and nothing went wrong silently.</summary>
    Good,

    /// <summary>A step was refused of which nothing was expected.</summary>
    Refused,

    /// <summary>A step did not come out as its scenario expects.</summary>
    Unexpected,

    /// <summary>Every step came out as with <see cref="Good"/>, and something went wrong silently: a hazard is on record.</summary>
    Hazard,
}
