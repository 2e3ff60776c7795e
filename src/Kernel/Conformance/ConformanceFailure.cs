namespace DmaGrains.Kernel.Conformance;

/// <summary>A record that the model answers differently.</summary>
/// <param name="Id">The record's id.</param>
/// <param name="Line">Its line in the file, from 1.</param>
/// <param name="Expected">What the record says, where the two first differ.</param>
/// <param name="Actual">What the model says there.</param>
public sealed record ConformanceFailure(string Id, int Line, string Expected, string Actual);
