using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using DmaGrains.Experiments.Sampling;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;

namespace DmaGrains.Experiments.Files;

/// <summary>Buffers of one kind that come and go on a board.</summary>
/// <param name="Name">Its name, unique in the workload.</param>
/// <param name="Arrivals">When they come.</param>
/// <param name="Size">Their sizes in bytes; null for recorded sizes.</param>
/// <param name="Lifetime">How long they are used once they are served, in nanoseconds; null for recorded lifetimes.</param>
/// <param name="Importers">Their importers.</param>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of buffers; nobody takes it for one of bytes.")]
public sealed record BufferStream(
    string Name, StreamArrivals Arrivals, Distribution? Size, Distribution? Lifetime, WeightedChoice<ImporterSet> Importers)
{
    /// <summary>The device that exports them; null for a heap.</summary>
    public string? Exporter { get; init; }

    /// <summary>The regions to allocate from; empty for system RAM and contiguous areas.</summary>
    public NameList Memory { get; init; }

    /// <summary>How the exporter treats importers.</summary>
    public ExporterPolicy Policy { get; init; } = ExporterPolicy.Default;

    /// <summary>How often importers map; null when each maps once and holds the mapping.</summary>
    public BufferUses? Uses { get; init; }

    /// <summary>How long after the arrival each importer first uses a buffer, in nanoseconds.</summary>
    public Distribution FirstUse { get; init; } = new Distribution.Constant(0);

    /// <summary>Whether an importer attaches at its first use instead of at the buffer's arrival (thread #35, #59).</summary>
    public bool AttachesLazily { get; init; }

    /// <summary>The number of buffers that are allocated together and used in turn, as by a camera or a decoder.</summary>
    public int Pool { get; init; } = 1;

    /// <summary>Whether a buffer waits when there is no memory, first come first served, instead of being refused.</summary>
    public bool Waits { get; init; }
}

/// <summary>How importers use a buffer that they map for each use (thread #6).</summary>
/// <param name="Every">Time from one use to the next, in nanoseconds.</param>
/// <param name="For">How long each use is, in nanoseconds; 0 when each importer unmaps before the next one maps.</param>
public sealed record BufferUses(Distribution Every, Distribution For);

/// <summary>Importers of a buffer, in the order in which they attach and map.</summary>
/// <param name="Importers">The importers, with different devices.</param>
public sealed record ImporterSet(ImmutableArray<StreamImporter> Importers);

/// <summary>A device that imports buffers of a stream.</summary>
/// <param name="Device">The device.</param>
/// <param name="Direction">Which way its data moves.</param>
public readonly record struct StreamImporter(string Device, DmaDirection Direction);

/// <summary>When the buffers of a stream come.</summary>
public abstract record StreamArrivals
{
    private StreamArrivals()
    {
    }

    /// <summary>Buffers arrive independently of earlier ones.</summary>
    /// <param name="Process">The arrival times.</param>
    public sealed record Open(Arrivals Process) : StreamArrivals;

    /// <summary>Each client has one buffer at a time: when it is gone or refused, the client thinks and then requests another.</summary>
    /// <param name="Clients">The number of clients on each board, 1 to <see cref="ClientsMax"/>.</param>
    /// <param name="Think">The thinking time, in nanoseconds.</param>
    public sealed record Closed(uint Clients, Distribution Think) : StreamArrivals
    {
        /// <summary>The most clients of a stream on a board.</summary>
        public const uint ClientsMax = 100_000;
    }

    /// <summary>Buffers arrive as recorded on a running kernel, in the same way in every repetition and on every board.</summary>
    /// <param name="Buffers">The buffers, in the order in which they came.</param>
    /// <param name="Fingerprint">The recording's hash, to tell recordings apart.</param>
    public sealed record Recorded(ImmutableArray<RecordedArrival> Buffers, ulong Fingerprint) : StreamArrivals;
}

/// <summary>A recorded buffer. For values that are null here, the stream's own count.</summary>
/// <param name="AtNanoseconds">When it arrives, in nanoseconds from the start.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="LifetimeNanoseconds">How long it exists; null when it stays until the end.</param>
/// <param name="Set">The index of its set of importers.</param>
/// <param name="Uses">When each importer uses it.</param>
public readonly record struct RecordedArrival(
    ulong AtNanoseconds, ulong SizeBytes, ulong? LifetimeNanoseconds, int? Set, ImmutableArray<RecordedUse> Uses);

/// <summary>When an importer used a recorded buffer.</summary>
/// <param name="FromNanoseconds">The start of the use, from the buffer's arrival.</param>
/// <param name="ToNanoseconds">The end of the use, from the buffer's arrival; null when it lasts as long as the buffer.</param>
public readonly record struct RecordedUse(ulong FromNanoseconds, ulong? ToNanoseconds);
