using DmaGrains.Model.Devices;

namespace DmaGrains.Kernel.Conformance;

/// <summary>One step of a constraints record. Devices and attachments are numbered from 0.</summary>
internal abstract record ConstraintsOp
{
    private const string Known = "attach, detach, set-parms, recalc or attach-refused";

    private ConstraintsOp()
    {
    }

    /// <summary>A success gets the next attachment number.</summary>
    public sealed record Attach(int Device) : ConstraintsOp;

    /// <summary>The constraints are computed, then the exporter refuses.</summary>
    public sealed record AttachRefused(int Device) : ConstraintsOp;

    public sealed record Detach(int Attachment) : ConstraintsOp;

    /// <summary>A device's parameters change, also while it is attached.</summary>
    public sealed record SetParameters(int Device, DeviceDmaParameters? Parameters) : ConstraintsOp;

    /// <summary>The union is computed afresh and not stored.</summary>
    public sealed record Recalculate : ConstraintsOp;

    public static ConstraintsOp Read(VectorField op, int deviceCount)
    {
        var parts = op.Items(1, 3);
        return parts[0].Text() switch
        {
            "attach" => new Attach(DeviceIn(op.Items(2, 2)[1], deviceCount)),
            "attach-refused" => new AttachRefused(DeviceIn(op.Items(2, 2)[1], deviceCount)),
            "detach" => new Detach((int)op.Items(2, 2)[1].Number32(int.MaxValue)),
            "set-parms" => new SetParameters(DeviceIn(op.Items(3, 3)[1], deviceCount), ReadParameters(parts[2])),
            "recalc" when parts.Length == 1 => new Recalculate(),
            "recalc" => throw op.Unexpected("recalc alone"),
            _ => throw parts[0].Unexpected(Known),
        };
    }

    /// <summary>Null, or <c>[max_segment_size, max_segment_count, segment_boundary_mask]</c>.</summary>
    public static DeviceDmaParameters? ReadParameters(VectorField field)
    {
        if (field.IsNull)
        {
            return null;
        }

        var triple = field.Items(3, 3);
        return new(triple[0].Number32(), triple[1].Number32(), triple[2].Number());
    }

    private static int DeviceIn(VectorField field, int deviceCount)
    {
        var device = field.Number32();
        return device < (uint)deviceCount
            ? (int)device
            : throw field.Unexpected($"one of {deviceCount} devices, from 0");
    }
}
