using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Experiments.Playing;

/// <summary>A simulation between two events, to go on from.</summary>
[GenerateSerializer, Immutable, Alias("dma.experiment-simulation")]
internal sealed record SimulationState
{
    /// <summary>Virtual time, in nanoseconds.</summary>
    [Id(0)]
    public ulong Now { get; init; }

    /// <summary>How many events were planned.</summary>
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

    /// <summary>Since when there are so many, in nanoseconds.</summary>
    [Id(5)]
    public ulong LiveSince { get; init; }

    /// <summary>How long all buffers that have gone were there together, in nanoseconds.</summary>
    [Id(6)]
    public UInt128 Sojourns { get; init; }

    /// <summary>Whether the warm-up is over.</summary>
    [Id(7)]
    public bool HasBegunAnew { get; init; }

    /// <summary>What is to happen, in its order.</summary>
    [Id(8)]
    public required ImmutableArray<PlannedEvent> Planned { get; init; }

    /// <summary>The buffers of all streams.</summary>
    [Id(9)]
    public required ImmutableArray<Session> Sessions { get; init; }

    /// <summary>Who waits for memory, in order.</summary>
    [Id(10)]
    public required ImmutableArray<WaitingSession> Waiting { get; init; }

    /// <summary>What somebody else holds.</summary>
    [Id(11)]
    public required ImmutableArray<OtherHeld> Others { get; init; }

    /// <summary>By fault: memory that it has taken, and how many are going on.</summary>
    [Id(12)]
    public required ImmutableArray<FaultState> Faults { get; init; }

    /// <summary>Devices that hang, each as often as it does.</summary>
    [Id(13)]
    public required ImmutableArray<string> Hanging { get; init; }

    /// <summary>The devices, as they are now.</summary>
    [Id(14)]
    public required ImmutableArray<Device> Devices { get; init; }

    /// <summary>What is held of memory.</summary>
    [Id(15)]
    public required ImmutableArray<Allocation> Memory { get; init; }

    /// <summary>What is held of MMUs and the bounce pool.</summary>
    [Id(16)]
    public required DmaTranslationState Translation { get; init; }

    /// <summary>What is counted.</summary>
    [Id(17)]
    public required TallyState Counted { get; init; }
}

/// <summary>An event and when it is due.</summary>
[GenerateSerializer, Immutable, Alias("dma.experiment-planned")]
internal readonly record struct PlannedEvent(Event What, Due Due);

/// <summary>A session that waits for memory.</summary>
[GenerateSerializer, Immutable, Alias("dma.experiment-waiting")]
internal readonly record struct WaitingSession(int Stream, ulong Number);

/// <summary>Memory that somebody else holds.</summary>
[GenerateSerializer, Immutable, Alias("dma.experiment-other")]
internal sealed record OtherHeld(int Index, ulong Number, DmaBuffer Buffer);

/// <summary>What goes on of a fault.</summary>
[GenerateSerializer, Immutable, Alias("dma.experiment-fault")]
internal sealed record FaultState(DmaBuffer? Taken, int Lasting);
