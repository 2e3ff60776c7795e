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
/// <param name="Size">How large they are, in bytes; null when they are as recorded.</param>
/// <param name="Lifetime">How long they are used, in nanoseconds from when they are served; null when as recorded.</param>
/// <param name="Importers">Who uses them.</param>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of buffers; nobody takes it for one of bytes.")]
public sealed record BufferStream(
    string Name, StreamArrivals Arrivals, Distribution? Size, Distribution? Lifetime, WeightedChoice<ImporterSet> Importers)
{
    /// <summary>The device that exports them; null for a heap.</summary>
    public string? Exporter { get; init; }

    /// <summary>The regions that they are taken from; empty for system RAM and contiguous areas.</summary>
    public NameList Memory { get; init; }

    /// <summary>How the exporter treats importers.</summary>
    public ExporterPolicy Policy { get; init; } = ExporterPolicy.Default;

    /// <summary>How often importers map; null when each maps once and holds the mapping.</summary>
    public BufferUses? Uses { get; init; }

    /// <summary>How long after the arrival each importer first uses a buffer, in nanoseconds.</summary>
    public Distribution FirstUse { get; init; } = new Distribution.Constant(0);

    /// <summary>Whether an importer attaches at its first use, not when the buffer comes (thread #35, #59).</summary>
    public bool AttachesLazily { get; init; }

    /// <summary>How many buffers are allocated together and used in turn, as by a camera or a decoder.</summary>
    public int Pool { get; init; } = 1;

    /// <summary>Whether a buffer that finds no memory waits for some, first come first served; else it is refused.</summary>
    public bool Waits { get; init; }
}

/// <summary>How importers use a buffer that they map for each use (thread #6).</summary>
/// <param name="Every">Time from one use to the next, in nanoseconds.</param>
/// <param name="For">How long each use is, in nanoseconds; 0 when each importer unmaps before the next one maps.</param>
public sealed record BufferUses(Distribution Every, Distribution For);

/// <summary>Importers of a buffer, in the order in which they attach and map.</summary>
/// <param name="Importers">Their devices differ.</param>
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

    /// <summary>Whatever becomes of those before.</summary>
    /// <param name="Process">The times.</param>
    public sealed record Open(Arrivals Process) : StreamArrivals;

    /// <summary>Each client has one buffer at a time: when it is gone, or was refused, the client thinks and comes again.</summary>
    /// <param name="Clients">How many on each board, 1 to <see cref="ClientsMax"/>.</param>
    /// <param name="Think">For how long each thinks, in nanoseconds.</param>
    public sealed record Closed(uint Clients, Distribution Think) : StreamArrivals
    {
        /// <summary>Most clients of a stream on a board.</summary>
        public const uint ClientsMax = 100_000;
    }

    /// <summary>As a kernel's buffers came while somebody recorded them; the same in every repetition and on every board.</summary>
    /// <param name="Buffers">The buffers, in the order in which they came.</param>
    /// <param name="Fingerprint">Tells recordings apart.</param>
    public sealed record Recorded(ImmutableArray<RecordedArrival> Buffers, ulong Fingerprint) : StreamArrivals;
}

/// <summary>A buffer as it was recorded. What the stream states counts instead of what is null here.</summary>
/// <param name="AtNanoseconds">When it comes.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="LifetimeNanoseconds">How long it is there; null when it stays until the end.</param>
/// <param name="Set">Which set of importers it has.</param>
/// <param name="Uses">When each of them uses it.</param>
public readonly record struct RecordedArrival(
    ulong AtNanoseconds, ulong SizeBytes, ulong? LifetimeNanoseconds, int? Set, ImmutableArray<RecordedUse> Uses);

/// <summary>When an importer used a recorded buffer.</summary>
/// <param name="FromNanoseconds">From when on, counted from when the buffer came.</param>
/// <param name="ToNanoseconds">Until when; null when as long as the buffer was there.</param>
public readonly record struct RecordedUse(ulong FromNanoseconds, ulong? ToNanoseconds);
