namespace DmaGrains.Experiments.Results;

/// <summary>How often something went wrong silently.</summary>
/// <param name="Case">The case's index.</param>
/// <param name="Repetition">The repetition's index.</param>
/// <param name="Kind">The kind of hazard.</param>
/// <param name="Importer">The device that it happened to.</param>
/// <param name="Field">The limit that it is about.</param>
/// <param name="Count">How often.</param>
public sealed record HazardCount(int Case, int Repetition, string Kind, string Importer, string Field, ulong Count);
