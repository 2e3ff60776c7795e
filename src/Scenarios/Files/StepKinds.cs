namespace DmaGrains.Scenarios.Files;

/// <summary>What follows from a step's kind.</summary>
public static class StepKinds
{
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
