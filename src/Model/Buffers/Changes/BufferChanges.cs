using System.Collections.Immutable;
using DmaGrains.Model.Coherency;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using Orleans;

namespace DmaGrains.Model.Buffers.Changes;

/// <summary>
/// How a buffer differs from an earlier state of itself: outcomes, never commands, so that a later release with other rules reads them to
/// the very same state. A member that is null or default has not changed.
/// </summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.buffer-changes")]
public readonly record struct BufferChanges
{
    /// <summary>The running union.</summary>
    [Id(0)]
    public DmaConstraints? Constraints { get; init; }

    /// <summary>The attachments that were added or changed.</summary>
    [Id(1)]
    public ImmutableArray<Attachment> Attached { get; init; }

    /// <summary>The names of the attachments that ended.</summary>
    [Id(2)]
    public ImmutableArray<string> Detached { get; init; }

    /// <summary>The mappings that were added or changed, without their <see cref="Mapping.Storage"/>, which is the buffer's.</summary>
    [Id(3)]
    public ImmutableArray<Mapping> Mapped { get; init; }

    /// <summary>The names of the mappings that ended.</summary>
    [Id(4)]
    public ImmutableArray<string> Unmapped { get; init; }

    /// <summary>The mappings of which nothing but the turn has changed.</summary>
    [Id(5)]
    public ImmutableArray<TurnChange> Turns { get; init; }

    /// <summary>The storage, allocated or moved.</summary>
    [Id(6)]
    public BackingStorage? Storage { get; init; }

    /// <summary>Whether the buffer has no storage any more.</summary>
    [Id(7)]
    public bool HasLostStorage { get; init; }

    /// <summary>The generation.</summary>
    [Id(8)]
    public uint? Generation { get; init; }

    /// <summary>The next attachment's sequence number.</summary>
    [Id(9)]
    public uint? NextSequence { get; init; }

    /// <summary>The next mapping's sequence number.</summary>
    [Id(10)]
    public ulong? NextMapping { get; init; }

    /// <summary>What holds of the buffer.</summary>
    [Id(11)]
    public BufferMarks? Marks { get; init; }

    /// <summary>The hazards that were added or counted again.</summary>
    [Id(12)]
    public ImmutableArray<HazardChange> Hazards { get; init; }

    /// <summary>What was spent.</summary>
    [Id(13)]
    public CostChange Costs { get; init; }

    /// <summary>The generations whose pages are owed.</summary>
    [Id(14)]
    public ImmutableArray<uint> Superseded { get; init; }

    /// <summary>Who owns the buffer, and the state of the CPU's caches.</summary>
    [Id(15)]
    public CpuOwnership? Cpu { get; init; }

    /// <summary>The ended mappings whose addresses are owed.</summary>
    [Id(16)]
    public ImmutableArray<ulong> OwedMappings { get; init; }
}
