using System.Collections.Immutable;
using DmaGrains.Experiments.Playing;

namespace DmaGrains.Experiments.Driving;

/// <summary>A drive at a moment, to go on from.</summary>
[GenerateSerializer, Immutable, Alias("dma.experiment-drive")]
internal sealed record DriveState
{
    /// <summary>The latest time that it was told, in nanoseconds from the start.</summary>
    [Id(0)]
    public ulong Now { get; init; }

    /// <summary>How many events were planned.</summary>
    [Id(1)]
    public ulong Sequence { get; init; }

    /// <summary>The number of the last command that was sent.</summary>
    [Id(2)]
    public long Sent { get; init; }

    /// <summary>The number of the last command that counts; null while it goes on.</summary>
    [Id(3)]
    public long? CountedUntil { get; init; }

    /// <summary>Whether the warm-up is over.</summary>
    [Id(4)]
    public bool HasBegunAnew { get; init; }

    /// <summary>How many sessions have gone.</summary>
    [Id(5)]
    public ulong Gone { get; init; }

    /// <summary>What is to happen, in its order.</summary>
    [Id(6)]
    public ImmutableArray<PlannedEvent> Planned { get; init; } = [];

    /// <summary>The sessions, in the order of streams and numbers.</summary>
    [Id(7)]
    public ImmutableArray<DrivenSession> Sessions { get; init; } = [];

    /// <summary>Who waits for memory, in order.</summary>
    [Id(8)]
    public ImmutableArray<SessionKey> Waiting { get; init; } = [];

    /// <summary>Devices that hang, each as often as it does.</summary>
    [Id(9)]
    public ImmutableArray<string> Hanging { get; init; } = [];

    /// <summary>What is counted.</summary>
    [Id(10)]
    public DriveTallyState Counted { get; init; } = new();

    /// <summary>Until when each fault makes its device hang, in nanoseconds from the start; 0 when it never has.</summary>
    [Id(11)]
    public ImmutableArray<ulong> HangsUntil { get; init; } = [];
}
