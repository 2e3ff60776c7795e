using DmaGrains.Model;
using DmaGrains.Model.Boards;

namespace DmaGrains.Reports;

/// <summary>A board in a list.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">Its display name.</param>
public sealed record BoardLineReport(string Name, string Title)
{
    /// <summary>The line of a listed board.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="found">The board; refused when its definition was interrupted.</param>
    public static BoardLineReport Of(string name, DmaResult<BoardDefinition> found) =>
        new(name, found.TryGetValue(out var board) ? board.Title : $"{found.Refusal!.Errno}: its definition was interrupted");
}
