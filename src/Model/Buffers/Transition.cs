namespace DmaGrains.Model.Buffers;

/// <summary>The outcome of a command on a buffer.</summary>
/// <param name="Next">The buffer afterwards; the same object when nothing changed.</param>
/// <param name="ChangesState">Whether there is anything to make durable.</param>
/// <param name="Reply">
/// The reply. A refusal changes state in three cases only: as posted, a refused attach leaves the union narrowed; a refused map owes back
/// what MMUs or the pool gave it, or the first storage allocated for it.
/// </param>
public readonly record struct Transition(DmaBuffer Next, bool ChangesState, DmaResult<DmaReply> Reply)
{
    internal static Transition Refuse(DmaBuffer current, Refusal refusal) =>
        new(current, false, DmaResult.Refuse<DmaReply>(refusal));

    internal static Transition Refuse(DmaBuffer current, Errno errno, string? field, string reason) =>
        Refuse(current, Refusal.Of(errno, field, reason));

    /// <param name="current">The buffer before, which was checked.</param>
    /// <param name="next">The buffer afterwards.</param>
    /// <param name="mapping">What was taken.</param>
    internal static Transition Grant(DmaBuffer current, DmaBuffer next, Mapping? mapping = null)
    {
        next.AssertInvariants(current);
        return new(next, true, DmaResult.Grant(new DmaReply(next.Constraints, mapping)));
    }

    internal static Transition GrantUnchanged(DmaBuffer current, Mapping? mapping = null) =>
        new(current, false, DmaResult.Grant(new DmaReply(current.Constraints, mapping)));
}
