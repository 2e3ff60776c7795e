using DmaGrains.Model.Constraints;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>The reply to a granted command.</summary>
/// <param name="Constraints">The buffer's union after the command.</param>
/// <param name="Mapping">The mapping that was made; null for commands that make none.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.reply")]
public sealed record DmaReply(DmaConstraints Constraints, Mapping? Mapping = null)
{
    /// <summary>The reply to every granted export: nobody is attached yet.</summary>
    public static DmaReply Exported { get; } = new(DmaConstraints.Unconstrained);
}
