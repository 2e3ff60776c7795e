using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;

namespace DmaGrains.Scenarios.Running;

/// <summary>What came of one step.</summary>
/// <param name="Index">From 1, in the order played.</param>
/// <param name="Importer">Whose step it is; "export" for the exports at the start.</param>
/// <param name="Device">The importer's device, or the exporter; null when there is none.</param>
/// <param name="Operation">export, or the step's verb as files spell it.</param>
/// <param name="Buffer">The buffer; null when it is the device that was asked.</param>
public sealed record StepReport(int Index, string Importer, string? Device, string Operation, string? Buffer)
{
    /// <summary>The outcome of a granted step.</summary>
    public const string Ok = "ok";

    /// <summary>The outcome of a step that was not tried.</summary>
    public const string Skipped = "skipped";

    /// <summary>Which way data moves, as files spell it; null where none does.</summary>
    public string? Direction { get; init; }

    /// <summary>What a map asks for beyond that, as files spell it.</summary>
    public ImmutableArray<string> Options { get; init; } = [];

    /// <summary>The context that a device's MMU is switched to; null for other steps.</summary>
    public uint? Context { get; init; }

    /// <summary>What the device's driver declares from this step on; null for other steps.</summary>
    public ParametersReport? Parameters { get; init; }

    /// <summary>"ok", the errno, or "skipped" when an earlier refusal left nothing to do it with.</summary>
    public required string Outcome { get; init; }

    /// <summary>What the scenario expects of it, in the same words; null when nothing.</summary>
    public string? Expected { get; init; }

    /// <summary>Why it was refused; null when it was not.</summary>
    public RefusalReport? Refusal { get; init; }

    /// <summary>The buffer's union after it; null when there is no buffer.</summary>
    public UnionReport? Union { get; init; }

    /// <summary>The list that a map, a test map or a get of the scatterlist gave; null for other steps.</summary>
    public ScatterlistReport? Scatterlist { get; init; }

    /// <summary>The page frame numbers that a get of them gave; null for other steps.</summary>
    public PfnsReport? Pfns { get; init; }

    /// <summary>The union computed afresh; null for other steps.</summary>
    public RecalculatedReport? Recalculated { get; init; }

    /// <summary>What the device would have liked better of that list; null when nothing.</summary>
    public WishReport? Wish { get; init; }

    /// <summary>What the step cost; null when there is no buffer.</summary>
    public BufferCosts? Costs { get; init; }

    /// <summary>What went wrong silently with it: on record from this step on.</summary>
    public ImmutableArray<HazardReport> Hazards { get; init; } = [];
}
