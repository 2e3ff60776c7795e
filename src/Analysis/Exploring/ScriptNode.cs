using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Analysis.Exploring;

/// <summary>A script at a point in its steps, after certain replies: a node in the tree of all its possible histories.</summary>
internal sealed class ScriptNode
{
    /// <summary>The <see cref="Move"/> of a node without a next step.</summary>
    public const int Finished = -1;

    /// <summary>The <see cref="Move"/> of a next step that will be skipped.</summary>
    public const int Skips = -2;

    private Link? _after;

    /// <summary>Its number among the nodes of all scripts.</summary>
    public required int Number { get; init; }

    /// <summary>The script's index.</summary>
    public required int Script { get; init; }

    /// <summary>The node before; null at the start.</summary>
    public ScriptNode? Before { get; init; }

    /// <summary>The outcome of the step between the two.</summary>
    public Answer Answer { get; init; }

    /// <summary>The importer at this point, before its next step. Must not be changed.</summary>
    public required Actor Actor { get; init; }

    /// <summary>The next step; null when there is none, or when it does not come from the file.</summary>
    public Step? Next { get; init; }

    /// <summary>The number of the next step's move, or one of the constants.</summary>
    public required int Move { get; init; }

    /// <summary>The number of remaining steps.</summary>
    public required int StepsLeft { get; init; }

    /// <summary>The number of the footprint of the remaining steps.</summary>
    public required int Footprint { get; init; }

    /// <summary>The failures so far, as the number of a set.</summary>
    public required int Failures { get; init; }

    /// <summary>Whether it may crash (or hang) here.</summary>
    public bool MayCrash { get; init; }

    /// <inheritdoc cref="MayCrash"/>
    public bool MayHang { get; init; }

    /// <summary>Whether it may still crash or hang, here or later.</summary>
    public bool MayEndEarly { get; init; }

    /// <summary>Whether its remaining steps must be played before an order can end.</summary>
    public required bool IsOwed { get; init; }

    /// <summary>Whether more or fewer steps than the remaining ones may be played.</summary>
    public required bool IsOpen { get; init; }

    /// <summary>The node after an answer; null when it was not reached yet.</summary>
    public ScriptNode? Find(Answer answer)
    {
        for (var link = _after; link is not null; link = link.Next)
        {
            if (link.Node.Answer == answer)
            {
                return link.Node;
            }
        }

        return null;
    }

    /// <summary>Adds a node after this one.</summary>
    public void Add(ScriptNode after) => _after = new(after, _after);

    private sealed record Link(ScriptNode Node, Link? Next);
}
