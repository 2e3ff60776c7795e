
namespace DmaGrains.Experiments.Playing;

/// <summary>Kinds of events.</summary>
internal enum EventKind
{
    /// <summary>The next buffers of an open stream arrive. Number: their number.</summary>
    Arrival = 0,

    /// <summary>A client of a closed loop has finished thinking. Number: the number of its next buffers.</summary>
    Client = 1,

    /// <summary>An importer uses held buffers for the first time. Part: which importer.</summary>
    FirstUse = 2,

    /// <summary>The next of the buffers is used.</summary>
    Use = 3,

    /// <summary>A use ends. Part: which buffer.</summary>
    EndOfUse = 4,

    /// <summary>Buffers are not needed any more.</summary>
    EndOfLife = 5,

    /// <summary>Other memory is requested. Number: the number of the request.</summary>
    OtherArrival = 6,

    /// <summary>Other memory is given back.</summary>
    EndOfOther = 7,

    /// <summary>A fault begins. Number: the number of its occurrence.</summary>
    Fault = 8,

    /// <summary>A fault ends.</summary>
    EndOfFault = 9,

    /// <summary>An importer is done with a recorded buffer. Part: which importer.</summary>
    LastUse = 10,
}

/// <summary>An event.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Index">The index of the stream, other memory or fault in the file.</param>
/// <param name="Number">The number within it.</param>
/// <param name="Part">The importer or buffer, where one is concerned.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-event")]
internal readonly record struct Event(EventKind Kind, int Index, ulong Number, int Part = 0);

/// <summary>When an event is due. Events of the same time are ordered as they were planned.</summary>
/// <param name="At">Nanoseconds.</param>
/// <param name="Sequence">The number of events planned before it.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-due")]
internal readonly record struct Due(ulong At, ulong Sequence) : IComparable<Due>
{
    /// <inheritdoc/>
    public int CompareTo(Due other) => At != other.At ? At.CompareTo(other.At) : Sequence.CompareTo(other.Sequence);
}
