using DmaGrains.Model.Boards;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Experiments.Files;

/// <summary>Boards that were sent along with an experiment, by what its text calls them.</summary>
internal sealed class SentBoards(IReadOnlyDictionary<string, BoardDefinition> boards)
{
    private readonly HashSet<string> _used = [];

    /// <summary>Those that the text names.</summary>
    public IReadOnlyCollection<string> Used => _used;

    /// <summary>The board that a node names; null when it was not sent, which has been told then.</summary>
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
