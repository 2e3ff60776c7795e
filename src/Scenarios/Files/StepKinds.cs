using DmaGrains.Reports;

namespace DmaGrains.Scenarios.Files;

/// <summary>What follows from a step's kind.</summary>
public static class StepKinds
{
    /// <summary>What a step does.</summary>
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

    /// <summary>Whether data moves, so that the step has a direction.</summary>
    public static bool HasDirection(this StepKind kind) =>
        kind.HasOptions() || kind is StepKind.BeginCpuAccess or StepKind.CpuAccess;

    /// <summary>Whether it maps, or tries to, so that it may ask for more than a direction.</summary>
    public static bool HasOptions(this StepKind kind) => kind.Maps() || kind == StepKind.TestMap;

    /// <summary>Whether what it gives is a mapping, which an unmap ends.</summary>
    public static bool Maps(this StepKind kind) => kind is StepKind.Map or StepKind.MapScatterlist or StepKind.MapPfns;

    /// <summary>Whether it is done to a buffer; else to the importer's device.</summary>
    public static bool HasBuffer(this StepKind kind) => kind is not (StepKind.SwitchContext or StepKind.SetParameters);

    /// <summary>Whether only an importer with a device can do it; others are the CPU's or the exporter's.</summary>
    public static bool NeedsDevice(this StepKind kind) => kind is not (
        StepKind.BeginCpuAccess or StepKind.EndCpuAccess or StepKind.CpuAccess or StepKind.Release or StepKind.Revoke
        or StepKind.Recalculate);
}
