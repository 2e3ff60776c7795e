using System.Collections.Immutable;

namespace DmaGrains.Scenarios.Files;

/// <summary>An actor of a scenario, independent of the others: it knows only its own steps.</summary>
/// <param name="Name">Its name, unique in the scenario.</param>
/// <param name="Device">The device of the board that it drives; null for the CPU, or an exporter that releases and revokes.</param>
/// <param name="Steps">What it does, in order; at least one step.</param>
public sealed record Importer(string Name, string? Device, ImmutableArray<Step> Steps);
