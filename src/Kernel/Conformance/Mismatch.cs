namespace DmaGrains.Kernel.Conformance;

/// <summary>Where a record and the model first differ, in short text.</summary>
internal sealed record Mismatch(string Expected, string Actual);
