using DmaGrains.Experiments.Playing;

namespace DmaGrains.Experiments.Driving;

/// <summary>A session whose commands go to grains, one at a time.</summary>
[GenerateSerializer, Alias("dma.experiment-driven")]
internal sealed class DrivenSession
{
    [NonSerialized]
    private string?[]? _names;

    /// <summary>What it is and what it holds, as far as replies have told.</summary>
    [Id(0)]
    public required Session Session { get; init; }

    /// <summary>Which buffers exist.</summary>
    [Id(1)]
    public required BufferStage[] Buffers { get; init; }

    /// <summary>What is next, in order; without what was sent.</summary>
    [Id(2)]
    public List<SessionStep> Steps { get; init; } = [];

    /// <summary>What was sent and is not answered.</summary>
    [Id(3)]
    public SessionStep Sent { get; set; }

    /// <summary>The number of its command; 0 when nothing was sent.</summary>
    [Id(4)]
    public long SentNumber { get; set; }

    /// <summary>When the last reply came, in nanoseconds from the start.</summary>
    [Id(5)]
    public ulong RepliedAt { get; set; }

    /// <summary>When it was last tried to serve it, in nanoseconds from the start.</summary>
    [Id(6)]
    public ulong ServedFrom { get; set; }

    /// <summary>How many sessions had gone when it was last tried to serve it.</summary>
    [Id(7)]
    public ulong GoneBefore { get; set; }

    /// <summary>How long nobody drove while what was sent was not answered, in nanoseconds.</summary>
    [Id(8)]
    public ulong HeldUp { get; set; }

    /// <summary>How many of its uses have begun and not ended.</summary>
    [Id(9)]
    public int UsesGoingOn { get; set; }

    /// <summary>The names of its buffers, as far as they were made up since it went on.</summary>
    public string?[] Names => _names ??= new string?[Buffers.Length];

    /// <summary>A session that has just arrived.</summary>
    public static DrivenSession Of(Session session) => new() { Session = session, Buffers = new BufferStage[session.Buffers.Length] };

    /// <summary>The stream, and the number in it.</summary>
    public SessionKey Key => new(Session.Stream, Session.Number);

    /// <summary>Whether a command was sent and is not answered.</summary>
    public bool IsInFlight => SentNumber != 0;

    /// <summary>Whether something of it is in the cluster.</summary>
    public bool HoldsAnything => Array.Exists(Buffers, static stage => stage == BufferStage.Exported)
        || Array.Exists(Session.Holdings, static held => (held & (Holding.Attached | Holding.Mapped)) != 0);
}

/// <summary>Names a session on a board.</summary>
/// <param name="Stream">Of which stream, by its place in the file; other memory comes after the streams.</param>
/// <param name="Number">Which one of it, from 0.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-session-key")]
internal readonly record struct SessionKey(int Stream, ulong Number) : IComparable<SessionKey>
{
    /// <inheritdoc/>
    public int CompareTo(SessionKey other) => Stream != other.Stream ? Stream.CompareTo(other.Stream) : Number.CompareTo(other.Number);
}

/// <summary>Whether a buffer exists.</summary>
internal enum BufferStage : byte
{
    /// <summary>Not yet, or it was refused.</summary>
    None = 0,

    /// <summary>It does.</summary>
    Exported = 1,

    /// <summary>Its exporter has released it.</summary>
    Released = 2,
}
