using DmaGrains.Model.Constraints;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Buffers;

/// <content>Exporters that try a map before they accept an attach (thread #12).</content>
public sealed partial record DmaBuffer
{
    /// <summary>Whether an attach is tried with a map first. An importer that has to wait until the storage moves is not tried.</summary>
    /// <remarks>The only place that decides this.</remarks>
    private bool IsTried(AttachPlan plan) => Policy.AttachTest != AttachTest.None && (!plan.Attachment.IsPending || Policy.Pinned);

    /// <summary>Tries a map on the storage, or on what memory would give if there is none yet or it would move for the newcomer.</summary>
    /// <remarks>The last that can refuse an attach, but for memory.</remarks>
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
    /// Whether the batch's earlier commands must be made durable, and owed addresses given back, before this command. A map then finds the
    /// same addresses free as if the commands had been sent one by one.
    /// </summary>
    /// <remarks>With <see cref="MustSettleSince"/> the only place that decides this.</remarks>
    public bool MustSettleBefore(DmaCommand command) =>
        !Unmapped.IsEmpty && command.Touch(Policy, IsReleased || IsRevoked).AsksForAddresses;

    /// <summary>
    /// Whether the batch's earlier commands must be made durable before its next one: the storage has moved, and a second move before a
    /// write would leave pages that no stored state names.
    /// </summary>
    /// <param name="durable">The buffer as last made durable.</param>
    /// <remarks>With <see cref="MustSettleBefore"/> the only place that decides this.</remarks>
    public bool MustSettleSince(DmaBuffer durable) => Generation != durable.Generation;

    /// <summary>Adds the importer, on the present storage.</summary>
    private DmaBuffer With(AttachPlan plan) => With(plan.Attachment, plan.Union, plan.Hazard);

    private DmaBuffer With(Attachment attachment, DmaConstraints union, Hazard? hazard = null) => (this with
    {
        Constraints = union,
        Attachments = Attachments.With(attachment),
        NextSequence = unchecked(NextSequence + 1),
        HasHadTranslated = HasHadTranslated || attachment.IsTranslated,
    }).RecordHazard(hazard).RecordHazard(NoListFor(attachment));
}
