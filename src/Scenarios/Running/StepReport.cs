using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;

namespace DmaGrains.Scenarios.Running;

/// <summary>The results of one step.</summary>
/// <param name="Index">Its number, from 1, in the order played.</param>
/// <param name="Importer">The importer; "export" for the exports at the start.</param>
/// <param name="Device">The importer's device, or the exporter, or null.</param>
/// <param name="Operation">export, or the step's verb as files spell it.</param>
/// <param name="Buffer">The buffer; null for a step of the device.</param>
public sealed record StepReport(int Index, string Importer, string? Device, string Operation, string? Buffer)
{
    /// <summary>The outcome of a step that was not tried.</summary>
    public const string Skipped = "skipped";

    /// <summary>Which way data moves, as files spell it; null without a direction.</summary>
    public string? Direction { get; init; }

    /// <summary>Further options of a map, as files spell them.</summary>
    public ImmutableArray<string> Options { get; init; } = [];

    /// <summary>The context to which a device's MMU is switched; null for other steps.</summary>
    public uint? Context { get; init; }

    /// <summary>What the device's driver declares from this step on; null for other steps.</summary>
    public ParametersReport? Parameters { get; init; }

    /// <summary>"ok", the errno, or "skipped" when an earlier refusal left nothing to operate on.</summary>
    public required string Outcome { get; init; }

    /// <summary>The outcome that the scenario expects, in the same words, or null.</summary>
    public string? Expected { get; init; }

    /// <summary>The refusal, or null.</summary>
    public RefusalReport? Refusal { get; init; }

    /// <summary>The buffer's union after it; null when there is no buffer.</summary>
    public UnionReport? Union { get; init; }

    /// <summary>The list that a map, a test map or a get of the scatterlist gave; null for other steps.</summary>
    public ScatterlistReport? Scatterlist { get; init; }

    /// <summary>The page frame numbers that a get of them gave; null for other steps.</summary>
    public PfnsReport? Pfns { get; init; }

    /// <summary>The recalculated union; null for other steps.</summary>
    public RecalculatedReport? Recalculated { get; init; }

    /// <summary>The device's preference, if the list does not meet it; else null.</summary>
    public WishReport? Wish { get; init; }

    /// <summary>The costs of the step; null without a buffer.</summary>
    public BufferCosts? Costs { get; init; }

    /// <summary>The hazards on record since this step.</summary>
    public ImmutableArray<HazardReport> Hazards { get; init; } = [];
}
