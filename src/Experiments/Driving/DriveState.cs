using System.Collections.Immutable;
using DmaGrains.Experiments.Playing;

namespace DmaGrains.Experiments.Driving;

/// <summary>The stored state of a drive.</summary>
[GenerateSerializer, Immutable, Alias("dma.experiment-drive")]
internal sealed record DriveState
{
    /// <summary>The current time, in nanoseconds from the start.</summary>
    [Id(0)]
    public ulong Now { get; init; }

    /// <summary>The number of events planned so far.</summary>
    [Id(1)]
    public ulong Sequence { get; init; }

    /// <summary>The number of the last command that was sent.</summary>
    [Id(2)]
    public long Sent { get; init; }

    /// <summary>The number of the last command that counts; null until the end of the run.</summary>
    [Id(3)]
    public long? CountedUntil { get; init; }

    /// <summary>Whether the warm-up is over.</summary>
    [Id(4)]
    public bool HasBegunAnew { get; init; }

    /// <summary>The number of ended sessions.</summary>
    [Id(5)]
    public ulong Gone { get; init; }

    /// <summary>The planned events, in order.</summary>
    [Id(6)]
    public ImmutableArray<PlannedEvent> Planned { get; init; } = [];

    /// <summary>The sessions, in the order of streams and numbers.</summary>
    [Id(7)]
    public ImmutableArray<DrivenSession> Sessions { get; init; } = [];

    /// <summary>The sessions that wait for memory, in order.</summary>
    [Id(8)]
    public ImmutableArray<SessionKey> Waiting { get; init; } = [];

    /// <summary>The hanging devices, each once for every fault that makes it hang.</summary>
    [Id(9)]
    public ImmutableArray<string> Hanging { get; init; } = [];

    /// <summary>The counts.</summary>
    [Id(10)]
    public DriveTallyState Counted { get; init; } = new();

    /// <summary>The time until which each fault makes its device hang, in nanoseconds from the start; 0 for never.</summary>
    [Id(11)]
    public ImmutableArray<ulong> HangsUntil { get; init; } = [];
}
