using System.Collections.Immutable;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Analysis.Exploring;

/// <summary>An order that fails, step by step, and as a scenario that a runner plays to the same end.</summary>
internal sealed class FailingOrder
{
    private readonly Scenario _scenario;
    private readonly ScriptTrees _trees;
    private readonly BoardTable _boards;
    private readonly List<Played> _steps = [];
    private readonly List<BufferExport> _taken = [];

    /// <summary>Plays the order once more.</summary>
    /// <param name="scenario">The scenario that was explored.</param>
    /// <param name="trees">The scripts of that scenario.</param>
    /// <param name="boards">The boards of the exploration.</param>
    /// <param name="failures">The kinds of failures.</param>
    /// <param name="actions">The order, as <see cref="ScriptAction"/> numbers it.</param>
    /// <param name="waits">Whether the unfinished scripts then wait; their waiting steps are tried once.</param>
    public FailingOrder(
        Scenario scenario, ScriptTrees trees, BoardTable boards, FailureSets failures, ImmutableArray<int> actions, bool waits)
    {
        (_scenario, _trees, _boards) = (scenario, trees, boards);
        var replay = OrderReplay.Of(trees, boards, failures, []);
        foreach (var action in actions)
        {
            Play(replay, action);
        }

        for (var script = 0; waits && script < trees.Scripts.Length; script++)
        {
            if (!trees.Scripts[script].IsOptional && replay.Nodes[script].StepsLeft != 0)
            {
                Play(replay, ScriptAction.Of(script, ScriptAction.Step));
            }
        }

        Board = boards[replay.Board];
    }

    /// <summary>The board at the end of the order.</summary>
    public Board Board { get; }

    /// <summary>The reason of the last step's refusal, or null.</summary>
    public string? RefusalReason => _steps is [.., { Reason: { } reason }] ? reason : null;

    /// <summary>The reports of the steps.</summary>
    public ImmutableArray<ExploredStepReport> Steps => [.. _steps.Select(step => step.Report)];

    /// <summary>The scenario with exactly these steps, each with its outcome here as the expectation.</summary>
    /// <param name="name">The name of the new scenario.</param>
    /// <param name="shows">What the new scenario shows.</param>
    public Scenario ToScenario(string name, string shows)
    {
        var played = _steps.SelectMany(ToSteps).ToList();
        var scripts = played.Select(step => step.Script).Distinct().Order().ToList();
        return _scenario with
        {
            Name = name,
            Shows = shows,
            Buffers = [.. _scenario.Buffers, .. _taken],
            Importers =
            [
                .. scripts.Select(script => _trees.Scripts[script].Importer with
                {
                    Device = _trees.Scripts[script].Takes is null ? _trees.Scripts[script].Importer.Device : AnyDevice(),
                    Steps = [.. played.Where(step => step.Script == script).Select(step => step.Step)],
                }),
            ],
            Order = [.. played.Select(step => scripts.IndexOf(step.Script))],
        };
    }

    private void Play(OrderReplay replay, int action)
    {
        var script = ScriptAction.ScriptOf(action);
        var before = _boards[replay.Board];
        var node = replay.Nodes[script];
        replay.Play(action);
        var answer = replay.Nodes[script].Answer;
        var importer = _trees.Scripts[script].Importer.Name;
        var takes = node.Before is null ? _trees.Scripts[script].Takes : null;
        var isStep = ScriptAction.WhatOf(action) == ScriptAction.Step;
        var operation = !isStep ? answer.ToString() : takes is not null ? "memory-runs-out" : node.Next!.Kind.Verb();
        var buffer = isStep && node.Next is { } next && next.Kind.HasBuffer() ? next.Buffer : null;
        var reason = answer.IsRefusal ? _trees.Move(node.Move).On(before).Refusal!.Reason : null;
        _steps.Add(new(
            script, isStep ? node.Next : null, answer, new(importer, operation, buffer, isStep ? answer.ToString() : "ok"), reason));
        foreach (var export in (takes?.Names ?? []).Select(region => BoardMove.TakeMemory.ExportOf(region, before)).OfType<BufferExport>())
        {
            _taken.Add(export with
            {
                // All buffers of a file are exported at the start; this one must be allocated at its attach.
                Policy = new() { Constraints = ConstraintModel.None, Allocation = AllocationTime.AtFirstAttach },
                Getters = _scenario.Buffers[0].Getters,
            });
            _steps[^1].Taken.Add(export.Name);
        }
    }

    private static IEnumerable<(int Script, Step Step)> ToSteps(Played step)
    {
        foreach (var taken in step.Taken)
        {
            yield return (step.Script, new(StepKind.Attach, taken, default, null, true, 0));
        }

        if (step.Step is { } file)
        {
            yield return (step.Script, file with
            {
                Expected = step.Answer.IsRefusal ? step.Answer.Errno : null,
                HasExpectation = step.Answer.IsRefusal || step.Answer == Answer.Ok,
            });
        }
    }

    /// <summary>A device that may attach to the taken memory.</summary>
    private string AnyDevice()
    {
        var board = _taken.Aggregate(
            Model.Boards.Board.Create(_scenario.Board).Value, (board, taken) => board.Export(taken).Next);
        return _scenario.Board.Devices.Select(device => device.Name).FirstOrDefault(device => _taken.All(
            taken => board.Execute(taken.Name, new DmaCommand.Attach("any", device)).Reply.IsGranted))
            ?? _scenario.Board.Devices[0].Name;
    }

    private sealed record Played(int Script, Step? Step, Answer Answer, ExploredStepReport Report, string? Reason)
    {
        public List<string> Taken { get; } = [];
    }
}
