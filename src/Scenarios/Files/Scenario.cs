using System.Collections.Immutable;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;

namespace DmaGrains.Scenarios.Files;

/// <summary>Buffers on a board, and importers that use them step by step.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shows">What it shows, one line.</param>
/// <param name="Board">The board.</param>
/// <param name="Buffers">The buffers, with unique names, all exported before the first step.</param>
/// <param name="Importers">The importers, with unique names.</param>
/// <param name="Order">The order of steps: indexes into <paramref name="Importers"/>, one for each step.</param>
public sealed record Scenario(
    string Name,
    string Shows,
    BoardDefinition Board,
    ImmutableArray<BufferExport> Buffers,
    ImmutableArray<Importer> Importers,
    ImmutableArray<int> Order)
{
    /// <summary>The board's file; null when the scenario was not read from one.</summary>
    public string? BoardFile { get; init; }

    /// <summary>The scenario with every buffer under one policy, whatever the file says.</summary>
    public Scenario Under(ExporterPolicy policy) => this with { Buffers = [.. Buffers.Select(buffer => buffer.Under(policy))] };
}
