namespace DmaGrains.Analysis.Exploring;

/// <summary>A kind of failure.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Importer">The importer whose step was refused or broke an invariant; the device of a hazard; null for a deadlock.</param>
/// <param name="Operation">The step's verb; null when no step is at fault.</param>
/// <param name="Buffer">The buffer, or null.</param>
/// <param name="Word">The errno, or the kind of hazard; else null.</param>
internal sealed record Failure(FailureKind Kind, string? Importer, string? Operation, string? Buffer, string? Word);

/// <summary>Kinds of failures.</summary>
public enum FailureKind
{
    /// <summary>A step was refused.</summary>
    Refused,

    /// <summary>Something went wrong silently.</summary>
    Hazard,

    /// <summary>Every unfinished importer waits for the others.</summary>
    Deadlock,

    /// <summary>An invariant was broken, which is a bug in the model.</summary>
    Broken,
}
