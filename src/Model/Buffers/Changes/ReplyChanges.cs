using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Buffers.Changes;

/// <summary>How the remembered replies differ from an earlier state of them. A member that is default has not changed.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.reply-changes")]
public readonly record struct ReplyChanges
{
    /// <summary>How many of the oldest replies to commands without an id were forgotten.</summary>
    [Id(0)]
    public int UnnamedForgotten { get; init; }

    /// <summary>New replies to commands without an id.</summary>
    [Id(1)]
    public ImmutableArray<AddedReply> Unnamed { get; init; }

    /// <summary>The callers that were forgotten.</summary>
    [Id(2)]
    public ImmutableArray<string> CallersForgotten { get; init; }

    /// <summary>The callers that have asked, in the order of their last request: they come after all others.</summary>
    [Id(3)]
    public ImmutableArray<CallerChange> Callers { get; init; }

    /// <summary>The highest command number that was forgotten; 0 for no change.</summary>
    [Id(4)]
    public long Horizon { get; init; }
}
