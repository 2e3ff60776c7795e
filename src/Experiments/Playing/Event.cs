
namespace DmaGrains.Experiments.Playing;

/// <summary>What happens at a moment.</summary>
internal enum EventKind
{
    /// <summary>The next buffers of an open stream come. Number: which.</summary>
    Arrival = 0,

    /// <summary>A client of a closed loop has thought. Number: which buffers they are.</summary>
    Client = 1,

    /// <summary>An importer uses held buffers for the first time. Part: which importer.</summary>
    FirstUse = 2,

    /// <summary>The next of the buffers is used.</summary>
    Use = 3,

    /// <summary>A use ends. Part: which buffer.</summary>
    EndOfUse = 4,

    /// <summary>Buffers are not needed any more.</summary>
    EndOfLife = 5,

    /// <summary>Somebody else asks for memory. Number: which time.</summary>
    OtherArrival = 6,

    /// <summary>And gives it back.</summary>
    EndOfOther = 7,

    /// <summary>Something goes wrong. Number: which time.</summary>
    Fault = 8,

    /// <summary>And is over.</summary>
    EndOfFault = 9,

    /// <summary>An importer has done with a recorded buffer. Part: which importer.</summary>
    LastUse = 10,
}

/// <summary>Something that happens at a moment.</summary>
/// <param name="Kind">What.</param>
/// <param name="Index">Of which stream, other memory or fault, by its place in the file.</param>
/// <param name="Number">Which one of it.</param>
/// <param name="Part">Which part of that.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-event")]
internal readonly record struct Event(EventKind Kind, int Index, ulong Number, int Part = 0);

/// <summary>When an event is due: by time, and events of the same time in the order in which they were planned.</summary>
/// <param name="At">Nanoseconds.</param>
/// <param name="Sequence">How many were planned before it.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-due")]
internal readonly record struct Due(ulong At, ulong Sequence) : IComparable<Due>
{
    /// <inheritdoc/>
    public int CompareTo(Due other) => At != other.At ? At.CompareTo(other.At) : Sequence.CompareTo(other.Sequence);
}
