using DmaGrains.Model.Constraints;
using Orleans;

namespace DmaGrains.Model.Buffers.Changes;

/// <summary>A new <see cref="RememberedReply"/>, without what the buffer says already.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.added-reply")]
public sealed record AddedReply
{
    /// <summary><see cref="RememberedReply.Kind"/>.</summary>
    [Id(0)]
    public RememberedKind Kind { get; init; }

    /// <summary><see cref="RememberedReply.Name"/>.</summary>
    [Id(1)]
    public required string Name { get; init; }

    /// <summary><see cref="RememberedReply.Other"/>.</summary>
    [Id(2)]
    public required string Other { get; init; }

    /// <summary><see cref="RememberedReply.Direction"/>.</summary>
    [Id(3)]
    public DmaDirection Direction { get; init; }

    /// <summary><see cref="RememberedReply.Constraints"/>; null for the union of the buffer.</summary>
    [Id(4)]
    public DmaConstraints? Constraints { get; init; }

    /// <summary>Whether <see cref="RememberedReply.Mapping"/> is the buffer's mapping of that name.</summary>
    [Id(5)]
    public bool HasMapping { get; init; }

    /// <summary><see cref="RememberedReply.Mapping"/> where it is not the buffer's, without its storage where that is the buffer's.</summary>
    [Id(6)]
    public Mapping? Mapping { get; init; }

    /// <summary><see cref="RememberedReply.Number"/>.</summary>
    [Id(7)]
    public long Number { get; init; }

    /// <summary><see cref="RememberedReply.Refusal"/>.</summary>
    [Id(8)]
    public Refusal? Refusal { get; init; }

    /// <summary><see cref="RememberedReply.Options"/>.</summary>
    [Id(9)]
    public MapOptions Options { get; init; }

    /// <summary><see cref="RememberedReply.Export"/>; where it is the buffer's origin, <see cref="IsOrigin"/> says so.</summary>
    [Id(10)]
    public BufferExport? Export { get; init; }

    /// <summary>Whether <see cref="RememberedReply.Export"/> is the buffer's origin.</summary>
    [Id(11)]
    public bool IsOrigin { get; init; }

    /// <summary>A reply as the journal tells it.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="buffer">The buffer after the entry's commands.</param>
    internal static AddedReply Of(RememberedReply reply, DmaBuffer? buffer)
    {
        var isBuffers = reply.Mapping?.Name == reply.Name && ReferenceEquals(buffer?.Mappings.Find(reply.Mapping.Name), reply.Mapping);
        var isOrigin = reply.Export is not null && ReferenceEquals(reply.Export, buffer?.Origin);
        return new()
        {
            Kind = reply.Kind,
            Name = reply.Name,
            Other = reply.Other,
            Direction = reply.Direction,
            Constraints = reply.Constraints == Said(reply.Refusal, buffer) ? null : reply.Constraints,
            HasMapping = isBuffers,
            Mapping = isBuffers ? null : reply.Mapping is { } mapping && ReferenceEquals(mapping.Storage, buffer?.Storage) ? mapping with { Storage = null! } : reply.Mapping,
            Number = reply.Number,
            Refusal = reply.Refusal,
            Options = reply.Options,
            Export = isOrigin ? null : reply.Export,
            IsOrigin = isOrigin,
        };
    }

    /// <summary>The reply, as it is remembered.</summary>
    /// <param name="buffer">The buffer after the entry's commands.</param>
    internal RememberedReply In(DmaBuffer? buffer) => new(
        Kind,
        Name,
        Other,
        Direction,
        Constraints ?? Said(Refusal, buffer),
        HasMapping ? buffer!.Mappings.Find(Name) : Mapping is { Storage: null } ? Mapping with { Storage = buffer!.Storage! } : Mapping,
        Number,
        Refusal,
        Options,
        IsOrigin ? buffer!.Origin : Export);

    /// <summary>The constraints that most replies have: the buffer's, or none with a refusal.</summary>
    private static DmaConstraints Said(Refusal? refusal, DmaBuffer? buffer) => refusal is null && buffer is not null ? buffer.Constraints : default;
}
