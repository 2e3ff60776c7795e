namespace DmaGrains.Analysis.Exploring;

/// <summary>A kind of failure.</summary>
/// <param name="Kind">What sort of thing it is.</param>
/// <param name="Importer">Whose step was refused or broke something; of a hazard, the device; null of a deadlock.</param>
/// <param name="Operation">The verb of the step; null when it is no step's.</param>
/// <param name="Buffer">The buffer; null when none is concerned.</param>
/// <param name="Word">The errno, or the kind of hazard; else null.</param>
internal sealed record Failure(FailureKind Kind, string? Importer, string? Operation, string? Buffer, string? Word);

/// <summary>Sorts of failures.</summary>
public enum FailureKind
{
    /// <summary>A step was refused.</summary>
    Refused,

    /// <summary>Something went wrong silently.</summary>
    Hazard,

    /// <summary>Every importer that is not done waits for the others.</summary>
    Deadlock,

    /// <summary>A rule that must always hold was broken: a fault of the model.</summary>
    Broken,
}
