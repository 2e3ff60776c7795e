namespace DmaGrains.Experiments.Sampling;

/// <summary>
/// What a random number is drawn for. Each purpose has its own numbers, so a further draw for one purpose changes nothing else. The
/// enumeration's values affect results: append only, never reorder.
/// </summary>
public enum Purpose
{
    /// <summary>The time from one arrival to the next.</summary>
    Arrival = 0,

    /// <summary>Where in its period a regular process begins.</summary>
    Phase = 1,

    /// <summary>How large a buffer is.</summary>
    Size = 2,

    /// <summary>How long a buffer lives.</summary>
    Lifetime = 3,

    /// <summary>Which devices import a buffer.</summary>
    Importers = 4,

    /// <summary>How long a client of a closed loop waits before its next buffer.</summary>
    Think = 5,

    /// <summary>When an importer uses a buffer.</summary>
    Use = 6,

    /// <summary>When the next fault happens.</summary>
    Fault = 7,

    /// <summary>When an importer uses a buffer for the first time.</summary>
    FirstUse = 8,

    /// <summary>How long an importer uses a buffer.</summary>
    UseLength = 9,

    /// <summary>How long a fault lasts.</summary>
    FaultLength = 10,
}
