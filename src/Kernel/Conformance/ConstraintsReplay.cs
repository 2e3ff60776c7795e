using DmaGrains.Model;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;

namespace DmaGrains.Kernel.Conformance;

/// <summary>The buffer of one constraints record. It tracks the attachments; the model computes the constraints.</summary>
/// <param name="devices">The devices' parameters; this instance changes them.</param>
/// <param name="getters">How they are read.</param>
/// <param name="refusedAttach">What an attach that the exporter refuses leaves behind.</param>
internal sealed class ConstraintsReplay(
    DeviceDmaParameters?[] devices, ParameterDefaults getters, RefusedAttach refusedAttach)
{
    /// <summary>Each attachment's device; null once it is detached.</summary>
    private readonly List<int?> _attachments = [];
    private DmaConstraints _running = DmaConstraints.Unconstrained;

    /// <summary>Takes one step.</summary>
    /// <returns>Null when the step detaches an attachment that does not exist; nothing has changed then.</returns>
    public ConstraintsOutcome? Apply(ConstraintsOp op) => op switch
    {
        ConstraintsOp.Attach attach => Attach(attach.Device),
        ConstraintsOp.AttachRefused attach => AttachRefused(attach.Device),
        ConstraintsOp.Detach detach => Detach(detach.Attachment),
        ConstraintsOp.SetParameters set => SetParameters(set),
        ConstraintsOp.Recalculate => Recalculate(),
        _ => throw new ArgumentOutOfRangeException(nameof(op)),
    };

    private ConstraintsOutcome Attach(int device)
    {
        if (!UnionWith(device).TryGetValue(out var union))
        {
            return new(ConstraintsOutcome.NoCommon, _running);
        }

        _running = union;
        _attachments.Add(device);
        return new(ConstraintsOutcome.Ok, _running);
    }

    private ConstraintsOutcome AttachRefused(int device)
    {
        if (!UnionWith(device).TryGetValue(out var union))
        {
            return new(ConstraintsOutcome.NoCommon, _running);
        }

        _running = refusedAttach == RefusedAttach.LeftNarrowed ? union : _running;
        return new(ConstraintsOutcome.ExporterRefused, _running);
    }

    private ConstraintsOutcome? Detach(int attachment)
    {
        if (attachment >= _attachments.Count || _attachments[attachment] is null)
        {
            return null;
        }

        _attachments[attachment] = null;
        if (!UnionOfAttached().TryGetValue(out var union))
        {
            return new(ConstraintsOutcome.OkRecalculationFailed, _running);
        }

        _running = union;
        return new(ConstraintsOutcome.Ok, _running);
    }

    private ConstraintsOutcome SetParameters(ConstraintsOp.SetParameters set)
    {
        devices[set.Device] = set.Parameters;
        return new(ConstraintsOutcome.Ok, _running);
    }

    private ConstraintsOutcome Recalculate() => UnionOfAttached().TryGetValue(out var union)
        ? new(ConstraintsOutcome.Ok, _running, union)
        : new(ConstraintsOutcome.NoCommon, _running);

    private DmaResult<DmaConstraints> UnionWith(int device) =>
        ConstraintUnion.Attach(_running, Demand(device), NameOf(device));

    private DmaResult<DmaConstraints> UnionOfAttached() => ConstraintUnion.Recalculate(
        _attachments.OfType<int>().Select(device => (NameOf(device), Demand(device))));

    private DmaConstraints Demand(int device) => DeviceDmaParameters.Read(devices[device], getters);

    private static string NameOf(int device) => $"device {device}";
}
