using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Buffers;

/// <content>Exporters that try to map before they let anybody attach (thread #12).</content>
public sealed partial record DmaBuffer
{
    /// <summary>Whether an attach is tried with a map first. Who has to wait until storage moves is not tried.</summary>
    private bool IsTried(AttachPlan plan) => Policy.AttachTest != AttachTest.None && (!plan.Attachment.IsPending || Policy.Pinned);

    /// <summary>
    /// Tries a map against the storage, or, where there is none yet, or it would move for the newcomer, against what memory would give.
    /// </summary>
    private CommandStep Try(AttachPlan plan)
    {
        var attached = With(plan);
        attached = (Storage is null || plan.Request is null
            ? attached
            : attached with { Attachments = attached.WithPending(plan.Attachment.Name) }).Placed();
        var options = Policy.AttachTest == AttachTest.MapWithoutCopy ? MapOptions.NoBounce : MapOptions.None;
        return attached.Begin(attached.TestMap(plan.Attachment.Name, DmaDirection.Bidirectional, options))
            .Tried(outcome => outcome.Reply.Refusal is { } untenable
                ? RefuseAfter(plan.Union, untenable, plan.Attachment.Device)
                : Attach(plan));
    }

    /// <summary>
    /// Whether commands so far have to be made durable, and addresses that are owed given back, before a command of the same batch: what a
    /// map finds free is then what it would find if the commands were sent one by one.
    /// </summary>
    public bool MustSettleBefore(DmaCommand command) =>
        !Unmapped.IsEmpty && CommandTouch.Of(command, Policy, IsReleased || IsRevoked).AsksForAddresses;

    /// <summary>
    /// Whether commands so far have to be made durable before the next one of the same batch: storage has moved, and a second move before a
    /// write would leave pages that no state names.
    /// </summary>
    /// <param name="durable">The buffer as it was made durable last.</param>
    public bool MustSettleSince(DmaBuffer durable) => Generation != durable.Generation;

    /// <summary>With an importer more, on the storage as it is.</summary>
    private DmaBuffer With(AttachPlan plan) => (this with
    {
        Constraints = plan.Union,
        Attachments = Attachments.With(plan.Attachment),
        NextSequence = unchecked(NextSequence + 1),
        HasHadTranslated = HasHadTranslated || plan.Attachment.IsTranslated,
    }).Noting(plan.Hazard).Noting(NoListFor(plan.Attachment));
}
