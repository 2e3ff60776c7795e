using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Experiments.Playing;

/// <summary>The stored state of a simulation between two events.</summary>
[GenerateSerializer, Immutable, Alias("dma.experiment-simulation")]
internal sealed record SimulationState
{
    /// <summary>Virtual time, in nanoseconds.</summary>
    [Id(0)]
    public ulong Now { get; init; }

    /// <summary>The number of events planned so far.</summary>
    [Id(1)]
    public ulong Sequence { get; init; }

    /// <summary>Commands carried out or refused.</summary>
    [Id(2)]
    public ulong Commands { get; init; }

    /// <summary>Buffers on the board.</summary>
    [Id(3)]
    public uint Live { get; init; }

    /// <summary>Buffers times nanoseconds, until <see cref="LiveSince"/>.</summary>
    [Id(4)]
    public UInt128 LiveArea { get; init; }

    /// <summary>When their number last changed, in nanoseconds.</summary>
    [Id(5)]
    public ulong LiveSince { get; init; }

    /// <summary>The sum of the lifetimes of all gone buffers, in nanoseconds.</summary>
    [Id(6)]
    public UInt128 Sojourns { get; init; }

    /// <summary>Whether the warm-up is over.</summary>
    [Id(7)]
    public bool HasBegunAnew { get; init; }

    /// <summary>The planned events, in order.</summary>
    [Id(8)]
    public required ImmutableArray<PlannedEvent> Planned { get; init; }

    /// <summary>The buffers of all streams.</summary>
    [Id(9)]
    public required ImmutableArray<Session> Sessions { get; init; }

    /// <summary>The sessions that wait for memory, in order.</summary>
    [Id(10)]
    public required ImmutableArray<WaitingSession> Waiting { get; init; }

    /// <summary>Other memory that is held.</summary>
    [Id(11)]
    public required ImmutableArray<OtherHeld> Others { get; init; }

    /// <summary>The state of each fault.</summary>
    [Id(12)]
    public required ImmutableArray<FaultState> Faults { get; init; }

    /// <summary>The hanging devices, each once for every fault that makes it hang.</summary>
    [Id(13)]
    public required ImmutableArray<string> Hanging { get; init; }

    /// <summary>The devices, as they are now.</summary>
    [Id(14)]
    public required ImmutableArray<Device> Devices { get; init; }

    /// <summary>The held allocations.</summary>
    [Id(15)]
    public required ImmutableArray<Allocation> Memory { get; init; }

    /// <summary>The state of MMUs and the bounce pool.</summary>
    [Id(16)]
    public required DmaTranslationState Translation { get; init; }

    /// <summary>The counts.</summary>
    [Id(17)]
    public required TallyState Counted { get; init; }
}

/// <summary>An event and when it is due.</summary>
[GenerateSerializer, Immutable, Alias("dma.experiment-planned")]
internal readonly record struct PlannedEvent(Event What, Due Due);

/// <summary>A session that waits for memory.</summary>
[GenerateSerializer, Immutable, Alias("dma.experiment-waiting")]
internal readonly record struct WaitingSession(int Stream, ulong Number);

/// <summary>Other memory that is held.</summary>
[GenerateSerializer, Immutable, Alias("dma.experiment-other")]
internal sealed record OtherHeld(int Index, ulong Number, DmaBuffer Buffer);

/// <summary>The memory that a fault has taken, and the number of its occurrences that have not ended.</summary>
[GenerateSerializer, Immutable, Alias("dma.experiment-fault")]
internal sealed record FaultState(DmaBuffer? Taken, int Lasting);
