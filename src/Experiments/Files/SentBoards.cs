using DmaGrains.Model.Boards;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Experiments.Files;

/// <summary>Boards sent with an experiment, by the references in its text.</summary>
internal sealed class SentBoards(IReadOnlyDictionary<string, BoardDefinition> boards)
{
    private readonly HashSet<string> _used = [];

    /// <summary>The references that the text uses.</summary>
    public IReadOnlyCollection<string> Used => _used;

    /// <summary>The board that a node names; null, with a problem reported, when it was not sent.</summary>
    public BoardDefinition? Find(FileNode node)
    {
        var reference = node.AsLine();
        if (boards.TryGetValue(reference, out var board))
        {
            _used.Add(reference);
            return board;
        }

        return node.Wrong<BoardDefinition?>("a board that was sent with the experiment", null);
    }
}
