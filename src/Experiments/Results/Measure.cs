namespace DmaGrains.Experiments.Results;

/// <summary>Something that each repetition has one number of.</summary>
/// <param name="Name">Its name in files and tables, such as <c>buffers-refused</c>.</param>
/// <param name="Unit">Its unit, such as <c>%</c>, <c>ns</c> or <c>bytes</c>; empty for a count.</param>
/// <param name="Better">Which way it is good.</param>
/// <param name="Says">What it is, in a phrase.</param>
public sealed record Measure(string Name, string Unit, Better Better, string Says);
