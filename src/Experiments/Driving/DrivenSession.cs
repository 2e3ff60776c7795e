using DmaGrains.Experiments.Playing;

namespace DmaGrains.Experiments.Driving;

/// <summary>A session whose commands go to grains, one at a time.</summary>
[GenerateSerializer, Alias("dma.experiment-driven")]
internal sealed class DrivenSession
{
    [NonSerialized]
    private string?[]? _names;

    /// <summary>The session, with what it holds according to the replies so far.</summary>
    [Id(0)]
    public required Session Session { get; init; }

    /// <summary>Which buffers exist.</summary>
    [Id(1)]
    public required BufferStage[] Buffers { get; init; }

    /// <summary>The next steps, in order, without the one that was sent.</summary>
    [Id(2)]
    public List<SessionStep> Steps { get; init; } = [];

    /// <summary>The step that was sent and is not answered.</summary>
    [Id(3)]
    public SessionStep Sent { get; set; }

    /// <summary>The number of that step's command; 0 when nothing is in flight.</summary>
    [Id(4)]
    public long SentNumber { get; set; }

    /// <summary>When the last reply came, in nanoseconds from the start.</summary>
    [Id(5)]
    public ulong RepliedAt { get; set; }

    /// <summary>When the last attempt to serve it began, in nanoseconds from the start.</summary>
    [Id(6)]
    public ulong ServedFrom { get; set; }

    /// <summary>The number of ended sessions at the last attempt to serve it.</summary>
    [Id(7)]
    public ulong GoneBefore { get; set; }

    /// <summary>How long the drive was interrupted while the sent step was unanswered, in nanoseconds.</summary>
    [Id(8)]
    public ulong HeldUp { get; set; }

    /// <summary>The number of its uses that have begun and not ended.</summary>
    [Id(9)]
    public int UsesGoingOn { get; set; }

    /// <summary>A cache of the names of its buffers.</summary>
    public string?[] Names => _names ??= new string?[Buffers.Length];

    /// <summary>Creates a session that has just arrived.</summary>
    public static DrivenSession Of(Session session) => new() { Session = session, Buffers = new BufferStage[session.Buffers.Length] };

    /// <summary>The session's key: its stream and its number.</summary>
    public SessionKey Key => new(Session.Stream, Session.Number);

    /// <summary>Whether a command was sent and is not answered.</summary>
    public bool IsInFlight => SentNumber != 0;

    /// <summary>Whether any of its buffers or mappings exists in the cluster.</summary>
    public bool HoldsAnything => Array.Exists(Buffers, static stage => stage == BufferStage.Exported)
        || Array.Exists(Session.Holdings, static held => (held & (Holding.Attached | Holding.Mapped)) != 0);
}

/// <summary>Names a session on a board.</summary>
/// <param name="Stream">The stream's index in the file; other memory comes after the streams.</param>
/// <param name="Number">The session's number in the stream, from 0.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-session-key")]
internal readonly record struct SessionKey(int Stream, ulong Number) : IComparable<SessionKey>
{
    /// <inheritdoc/>
    public int CompareTo(SessionKey other) => Stream != other.Stream ? Stream.CompareTo(other.Stream) : Number.CompareTo(other.Number);
}

/// <summary>Whether a buffer exists.</summary>
internal enum BufferStage : byte
{
    /// <summary>It was not exported yet, or its export was refused.</summary>
    None = 0,

    /// <summary>It exists.</summary>
    Exported = 1,

    /// <summary>Its exporter has released it.</summary>
    Released = 2,
}
