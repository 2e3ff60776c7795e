using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Buffers;

/// <content>Exporters that try to map before they let anybody attach (thread #12).</content>
public sealed partial record DmaBuffer
{
    /// <summary>
    /// The map that an attach is tried with: against the storage, or, where there is none yet, or it would move for the newcomer, against
    /// what memory would give. Who has to wait until storage moves is not tried.
    /// </summary>
    /// <param name="command">What will be asked.</param>
    /// <param name="device">For an attach: the device, or null.</param>
    /// <returns>Null when the exporter tries nothing, or the attach is decided without.</returns>
    public AttachTrial? TrialOf(DmaCommand command, Device? device)
    {
        if (Policy.AttachTest == AttachTest.None || command is not DmaCommand.Attach attach
            || PlanAttach(attach, device).Plan is not { } plan || (plan.Attachment.IsPending && !Policy.Pinned))
        {
            return null;
        }

        var attached = With(plan);
        attached = (Storage is null || plan.Request is null
            ? attached
            : attached with { Attachments = attached.WithPending(attach.Attachment) }).Placed();
        var test = attached.TestMap(
            attach.Attachment,
            DmaDirection.Bidirectional,
            Policy.AttachTest == AttachTest.MapWithoutCopy ? MapOptions.NoBounce : MapOptions.None);
        return new(attached, test, plan.Request ?? attached.AllocationFor(test));
    }

    /// <summary>
    /// Whether a command maps, or tries to: what is owed to MMUs and pool is given back before it, as it would be one by one.
    /// </summary>
    public bool MapsOrTries(DmaCommand command) =>
        command is DmaCommand.Map or DmaCommand.MapRaw || (command is DmaCommand.Attach && Policy.AttachTest != AttachTest.None);

    /// <summary>With an importer more, on the storage as it is.</summary>
    private DmaBuffer With(AttachPlan plan) => (this with
    {
        Constraints = plan.Union,
        Attachments = Attachments.With(plan.Attachment),
        NextSequence = unchecked(NextSequence + 1),
        HasHadTranslated = HasHadTranslated || plan.Attachment.IsTranslated,
    }).Noting(plan.Hazard).Noting(NoListFor(plan.Attachment));
}
