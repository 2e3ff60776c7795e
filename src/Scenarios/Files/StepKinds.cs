using DmaGrains.Reports;

namespace DmaGrains.Scenarios.Files;

/// <summary>Properties of step kinds.</summary>
public static class StepKinds
{
    /// <summary>The verbs of steps.</summary>
    public static Vocabulary<StepKind> Verbs { get; } = new()
    {
        ["attach"] = StepKind.Attach,
        ["map"] = StepKind.Map,
        ["unmap"] = StepKind.Unmap,
        ["flush"] = StepKind.Flush,
        ["sync-for-device"] = StepKind.SyncForDevice,
        ["sync-for-cpu"] = StepKind.SyncForCpu,
        ["detach"] = StepKind.Detach,
        ["test-map"] = StepKind.TestMap,
        ["get-scatterlist"] = StepKind.GetScatterlist,
        ["put-scatterlist"] = StepKind.PutScatterlist,
        ["get-pfns"] = StepKind.GetPfns,
        ["put-pfns"] = StepKind.PutPfns,
        ["map-scatterlist"] = StepKind.MapScatterlist,
        ["map-pfns"] = StepKind.MapPfns,
        ["begin-cpu-access"] = StepKind.BeginCpuAccess,
        ["end-cpu-access"] = StepKind.EndCpuAccess,
        ["cpu-access"] = StepKind.CpuAccess,
        ["switch-context"] = StepKind.SwitchContext,
        ["set-parameters"] = StepKind.SetParameters,
        ["recalculate"] = StepKind.Recalculate,
        ["release"] = StepKind.Release,
        ["revoke"] = StepKind.Revoke,
    };

    /// <summary>The verb.</summary>
    public static string Verb(this StepKind kind) => Verbs.WordFor(kind);

    /// <summary>Whether the step has a direction.</summary>
    public static bool HasDirection(this StepKind kind) =>
        kind.HasOptions() || kind is StepKind.BeginCpuAccess or StepKind.CpuAccess;

    /// <summary>Whether the step may have map options.</summary>
    public static bool HasOptions(this StepKind kind) => kind.Maps() || kind == StepKind.TestMap;

    /// <summary>Whether the step makes a mapping, which an unmap ends.</summary>
    public static bool Maps(this StepKind kind) => kind is StepKind.Map or StepKind.MapScatterlist or StepKind.MapPfns;

    /// <summary>Whether the step concerns a buffer; otherwise it concerns the importer's device.</summary>
    public static bool HasBuffer(this StepKind kind) => kind is not (StepKind.SwitchContext or StepKind.SetParameters);

    /// <summary>Whether the step needs an importer with a device; other steps are the CPU's or the exporter's.</summary>
    public static bool NeedsDevice(this StepKind kind) => kind is not (
        StepKind.BeginCpuAccess or StepKind.EndCpuAccess or StepKind.CpuAccess or StepKind.Release or StepKind.Revoke
        or StepKind.Recalculate);
}
