using DmaGrains.Model.Constraints;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>What a granted command answers.</summary>
/// <param name="Constraints">The buffer's union after the command.</param>
/// <param name="Mapping">The mapping that a map made; null for other commands.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.reply")]
public sealed record DmaReply(DmaConstraints Constraints, Mapping? Mapping = null)
{
    /// <summary>What every granted export answers: nobody is attached yet.</summary>
    public static DmaReply Exported { get; } = new(DmaConstraints.Unconstrained);
}
