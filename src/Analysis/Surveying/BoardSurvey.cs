using System.Collections.Immutable;
using DmaGrains.Model.Boards;

namespace DmaGrains.Analysis.Surveying;

/// <summary>Who should export on a board, for pairs of devices that share frames on most.</summary>
public static class BoardSurvey
{
    private const string Display = "display";

    /// <summary>The classes of pairs: a device that draws, captures or decodes, and the display.</summary>
    public static ImmutableArray<(string First, string Second)> Pairs { get; } = [("gpu", Display), ("camera", Display), ("codec", Display)];

    /// <summary>The answer to each pair; null where the board does not have both.</summary>
    /// <param name="board">The board.</param>
    /// <param name="classes">
    /// What its devices are, by name. Of several of a class one behind an IOMMU counts, else the first in the board's order: a tree has a node
    /// for the whole display, too, whose parts reach memory.
    /// </param>
    /// <param name="sizeBytes">The frame's size.</param>
    public static ImmutableArray<SurveyedPair?> Of(BoardDefinition board, IReadOnlyDictionary<string, string> classes, ulong sizeBytes)
    {
        ArgumentNullException.ThrowIfNull(board);
        ArgumentNullException.ThrowIfNull(classes);
        string? FirstOf(string kind) => board.Devices.Where(device => classes.GetValueOrDefault(device.Name) == kind)
            .OrderByDescending(device => device.IsTranslated).FirstOrDefault()?.Name;
        return [.. Pairs.Select(pair => FirstOf(pair.First) is { } first && FirstOf(pair.Second) is { } second ? SurveyedPair.Of(board, first, second, sizeBytes) : null)];
    }
}
