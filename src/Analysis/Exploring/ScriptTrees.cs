using System.Collections.Immutable;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Analysis.Exploring;

/// <summary>The trees of all scripts, grown on demand, and the moves of their steps.</summary>
internal sealed class ScriptTrees
{
    private readonly Footprints _footprints;
    private readonly FailureSets _failures;
    private readonly Dictionary<BoardMove, int> _moveNumbers = [];
    private readonly List<BoardMove> _moves = [];
    private readonly Dictionary<Footprint, int> _footprintNumbers = [];
    private readonly List<Footprint> _footprintsByNumber = [];
    private MeetTable _meets = new([], 0);
    private ScriptNode[] _nodes = new ScriptNode[16];
    private int[] _moveOfNode = new int[16];
    private int _count;

    /// <summary>Creates the trees with every script at its start.</summary>
    public ScriptTrees(ImmutableArray<Script> scripts, Footprints footprints, FailureSets failures)
    {
        Scripts = scripts;
        _footprints = footprints;
        _failures = failures;
        Roots = [.. scripts.Select((script, index) => Grow(index, new Actor(script.Importer, index, reusesNames: true), null, default))];
    }

    /// <summary>The scripts.</summary>
    public ImmutableArray<Script> Scripts { get; }

    /// <summary>The first node of each script.</summary>
    public ImmutableArray<ScriptNode> Roots { get; }

    /// <summary>The move of each node, by the number of the node; complete for all existing nodes.</summary>
    public int[] MoveOfNode => _moveOfNode;

    /// <summary>A node by its number.</summary>
    public ScriptNode Node(int number) => _nodes[number];

    /// <summary>A move by its number.</summary>
    public BoardMove Move(int number) => _moves[number];

    /// <summary>The node after an answer, or after a crash or a hang.</summary>
    public ScriptNode After(ScriptNode node, Answer answer)
    {
        if (node.Find(answer) is { } known)
        {
            return known;
        }

        var after = Grow(node.Script, ActorAfter(node, answer), node, answer);
        node.Add(after);
        return after;
    }

    /// <summary>Whether the order of the remaining steps of two nodes can matter.</summary>
    public bool Meet(ScriptNode one, ScriptNode other) => _meets.Of(one.Footprint, other.Footprint);

    private static Actor ActorAfter(ScriptNode node, Answer answer)
    {
        if (answer == Answer.Crash || answer == Answer.Hang)
        {
            var importer = node.Actor.Importer;
            var played = importer.Steps[..node.Actor.StepsBegun];
            return node.Actor.Fork(importer with
            {
                Steps = answer == Answer.Crash ? [.. played, .. Cleanup(node.Actor)] : played,
            });
        }

        var after = node.Actor.Fork();
        if (node.Next is { } step)
        {
            after.NextStep();
            if (node.Move >= 0 && step.Kind is not (StepKind.SwitchContext or StepKind.SetParameters or StepKind.Recalculate or StepKind.TestMap))
            {
                after.Note(step, answer == Answer.Ok);
            }
        }

        return after;
    }

    /// <summary>The steps that the kernel performs when a process dies: it closes files, and drivers unmap and detach.</summary>
    private static IEnumerable<Step> Cleanup(Actor actor)
    {
        (StepKind GotBy, StepKind GivenBackBy)[] ends =
        [
            (StepKind.Map, StepKind.Unmap), (StepKind.GetScatterlist, StepKind.PutScatterlist),
            (StepKind.GetPfns, StepKind.PutPfns), (StepKind.Attach, StepKind.Detach),
        ];
        var held = actor.Held.OrderBy(held => held.Buffer, StringComparer.Ordinal).ToList();
        return
            from end in ends
            from taken in held
            where taken.GotBy == end.GotBy
            from _ in Enumerable.Range(0, taken.Count)
            select new Step(end.GivenBackBy, taken.Buffer, default, null, false, 0);
    }

    private ScriptNode Grow(int index, Actor actor, ScriptNode? before, Answer answer)
    {
        var script = Scripts[index];
        var steps = answer == Answer.Broken ? [] : actor.Importer.Steps[actor.StepsBegun..];
        var takes = before is null ? script.Takes : null;
        var next = steps.IsEmpty ? null : steps[0];
        var hasFaulted = before is not null && (answer == Answer.Crash || answer == Answer.Hang || !before.MayEndEarly);
        var between = before is not null && !steps.IsEmpty && !hasFaulted;
        var left = takes is not null ? 1 : steps.Length;
        var mayEndEarly = !hasFaulted && (script.MayCrash || script.MayHang) && steps.Length > (before is null ? 1 : 0);
        var node = new ScriptNode
        {
            Number = _count,
            Script = index,
            Before = before,
            Answer = answer,
            Actor = actor,
            Next = next,
            Move = takes is not null ? NumberOf(takes) : next is null ? ScriptNode.Finished : NumberOf(MoveOf(actor, next)),
            StepsLeft = left,
            Footprint = NumberOf(takes is not null ? _footprints.OfTaking(takes.Names) : FootprintOf(actor, steps)),
            Failures = FailuresOf(script, before, answer),
            MayCrash = between && script.MayCrash,
            MayHang = between && script.MayHang,
            MayEndEarly = mayEndEarly,
            IsOwed = left != 0 && !script.IsOptional,
            IsOpen = mayEndEarly || (left != 0 && script.IsOptional),
        };
        if (_count == _nodes.Length)
        {
            Array.Resize(ref _nodes, _count * 2);
            Array.Resize(ref _moveOfNode, _count * 2);
        }

        _nodes[_count] = node;
        _moveOfNode[_count] = node.Move;
        _count++;
        return node;
    }

    /// <summary>The names that a step uses are those after it has begun.</summary>
    private static BoardMove? MoveOf(Actor actor, Step step)
    {
        var begun = actor.Fork();
        begun.NextStep();
        return BoardMove.Of(begun, step);
    }

    private int FailuresOf(Script script, ScriptNode? before, Answer answer)
    {
        if (before is null)
        {
            return FailureSets.Empty;
        }

        var kind = answer == Answer.Broken ? FailureKind.Broken : FailureKind.Refused;
        if (!answer.IsRefusal && kind != FailureKind.Broken)
        {
            return before.Failures;
        }

        var step = before.Next;
        var failure = new Failure(
            kind,
            script.Importer.Name,
            step is null ? null : step.Kind.Verb(),
            step is null || !step.Kind.HasBuffer() ? null : step.Buffer,
            answer.IsRefusal ? answer.ToString() : null);
        return _failures.Union(before.Failures, _failures.Of(failure));
    }

    /// <summary>The footprint of steps that may be executed; a step that is certainly skipped touches nothing.</summary>
    private Footprint FootprintOf(Actor actor, ImmutableArray<Step> steps)
    {
        var mayHold = actor.Held.Select(held => (held.GotBy, held.Buffer)).ToHashSet();
        var touched = Footprint.None;
        foreach (var step in steps)
        {
            if (Actor.GotBy(step.Kind) is not { } gotBy
                || mayHold.Contains((gotBy, step.Buffer))
                || !actor.IsLost(gotBy, step.Buffer))
            {
                touched |= _footprints.Of(step, actor.Importer.Device);
                mayHold.Add((step.Kind, step.Buffer));
            }
        }

        return touched;
    }

    private int NumberOf(BoardMove? move)
    {
        if (move is null)
        {
            return ScriptNode.Skips;
        }

        if (!_moveNumbers.TryGetValue(move, out var number))
        {
            _moveNumbers.Add(move, number = _moves.Count);
            _moves.Add(move);
        }

        return number;
    }

    private int NumberOf(Footprint footprint)
    {
        if (!_footprintNumbers.TryGetValue(footprint, out var number))
        {
            _footprintNumbers.Add(footprint, number = _footprintsByNumber.Count);
            _footprintsByNumber.Add(footprint);
            var count = _footprintsByNumber.Count;
            _meets = new([.. from one in _footprintsByNumber from other in _footprintsByNumber select one.Meets(other)], count);
        }

        return number;
    }

    /// <summary>Which pairs of footprints conflict, by their numbers.</summary>
    private sealed record MeetTable(bool[] Meets, int Width)
    {
        public bool Of(int one, int other) => Meets[(one * Width) + other];
    }
}
