namespace DmaGrains.Experiments.Results;

/// <summary>A quantity of which each repetition has one value.</summary>
/// <param name="Name">Its name in files and tables, such as <c>buffers-refused</c>.</param>
/// <param name="Unit">Its unit, such as <c>%</c>, <c>ns</c> or <c>bytes</c>; empty for a count.</param>
/// <param name="Better">Which values are better.</param>
/// <param name="Says">A description, in a phrase.</param>
public sealed record Measure(string Name, string Unit, Better Better, string Says);
