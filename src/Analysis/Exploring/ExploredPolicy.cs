using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Analysis.Exploring;

/// <summary>A scenario explored under one policy: the results, and the failing orders.</summary>
public sealed class ExploredPolicy
{
    private readonly Scenario _scenario;
    private readonly ImmutableArray<FailingOrder> _orders;

    private ExploredPolicy(Scenario scenario, ExploredPolicyReport report, ImmutableArray<FailingOrder> orders, ExplorationCost cost)
    {
        _scenario = scenario;
        _orders = orders;
        Report = report;
        Cost = cost;
    }

    /// <summary>The results.</summary>
    public ExploredPolicyReport Report { get; }

    /// <summary>The cost.</summary>
    public ExplorationCost Cost { get; }

    /// <summary>A failure's order as a scenario, which a runner plays to the same end.</summary>
    /// <param name="failure">Its place in <see cref="ExploredPolicyReport.Failures"/>.</param>
    public Scenario FailingScenario(int failure)
    {
        var report = Report.Failures[failure];
        string?[] words = [report.Importer, report.Operation, report.Buffer, report.Outcome];
        var what = report.Kind == FailureKind.Deadlock ? "all importers wait" : string.Join(' ', words.OfType<string>());
        var name = _scenario.Name.Length > ModelName.LengthMax - 8 ? _scenario.Name[..(ModelName.LengthMax - 8)] : _scenario.Name;
        return _orders[failure].ToScenario(
            $"{name}-fails",
            $"The shortest order of {_scenario.Name} for: {what}.");
    }

    /// <summary>Explores.</summary>
    /// <param name="name">The policy's name.</param>
    /// <param name="scenario">The scenario, with the policy in its buffers.</param>
    /// <param name="options">The options and limits.</param>
    /// <param name="check">Throws when an invariant of a board is broken.</param>
    /// <param name="progress">Called after each layer.</param>
    /// <param name="cancellation">Stops the exploration, which returns what it knows by then.</param>
    internal static ExploredPolicy Of(
        string name,
        Scenario scenario,
        ExplorationOptions options,
        Action<Board, Board?> check,
        Action<ExplorationProgress> progress,
        CancellationToken cancellation)
    {
        var scripts = Script.Of(scenario, options.Faults);
        var bound = OrderCount.Bound(scripts);
        var play = new Play(name, scenario, scripts, options, check, progress, cancellation);
        return bound <= ulong.MaxValue ? play.Of<ulong>()
            : bound <= (BigInteger)UInt128.MaxValue ? play.Of<UInt128>()
            : play.Of<BigInteger>();
    }

    private sealed record Play(
        string Name,
        Scenario Scenario,
        ImmutableArray<Script> Scripts,
        ExplorationOptions Options,
        Action<Board, Board?> Check,
        Action<ExplorationProgress> Progress,
        CancellationToken Cancellation)
    {
        public ExploredPolicy Of<TCount>()
            where TCount : struct, INumber<TCount>
        {
            var failures = new FailureSets();
            var revoked = Options.Faults.OfType<Fault.Revoke>().Select(fault => fault.Buffer);
            var trees = new ScriptTrees(Scripts, new(Scenario, revoked), failures);
            var buffers = Scenario.Buffers.Select(buffer => buffer.Name).ToList();
            var taken = Scripts.SelectMany(script => script.Takes?.Names ?? []).Distinct().Select(BoardMove.TakeMemory.BufferOf);
            var changing = Scripts
                .Where(script => script.Importer.Steps.Any(step => step.Kind == StepKind.SetParameters))
                .Select(script => script.Importer.Device!)
                .Distinct();
            var boards = new BoardTable(Start(), trees, new([.. buffers, .. taken], changing), buffers, failures, Check);
            var explorer = new Explorer<TCount>(trees, boards, failures, Options);
            var stoppedBy = explorer.Play(
                (states, steps) => Progress(new(steps, AllSteps, states)), Cancellation);
            return Report(explorer, trees, boards, failures, stoppedBy);
        }

        private int AllSteps => Scripts.Sum(script => script.Takes is null ? script.Importer.Steps.Length : 1);

        private Board Start() => Scenario.Buffers.Aggregate(
            Board.Create(Scenario.Board, new KnownAllocations().Allocate).Value, (board, export) => board.Export(export).Next);

        private ExploredPolicy Report<TCount>(
            Explorer<TCount> explorer, ScriptTrees trees, BoardTable boards, FailureSets failures, string? stoppedBy)
            where TCount : struct, INumber<TCount>
        {
            var ends = explorer.Ends.Outcomes().OrderByDescending(end => end.Orders).ToList();
            var outcomes = ends.Select(end => ReportOf(end, failures)).OrderByDescending(outcome => outcome.Orders)
                .ThenBy(outcome => JsonSerializer.Serialize(outcome.Importers), StringComparer.Ordinal)
                .ThenBy(outcome => JsonSerializer.Serialize(outcome.Hazards), StringComparer.Ordinal)
                .ToImmutableArray();
            var all = ends.Aggregate(BigInteger.Zero, (sum, end) => sum + end.Orders);
            var lengths = Scripts.Select(script => script.Importer.Steps.Length);
            Invariant.Holds(
                stoppedBy is not null || Options.Waits || !Options.Faults.IsEmpty || boards.Broken is not null || all == OrderCount.Of(lengths));
            var found = explorer.Shortest.Orders
                .Select(known => (
                    Failure: failures[known.Key],
                    Order: new FailingOrder(
                        Scenario, trees, boards, failures, known.Value, failures[known.Key].Kind == FailureKind.Deadlock),
                    Orders: ends.Where(end => failures.In(end.Failures).Contains(known.Key)).Aggregate(BigInteger.Zero, (sum, end) => sum + end.Orders)))
                .OrderBy(known => known.Order.Steps.Length)
                .ThenBy(known => known.Failure.Kind)
                .ThenBy(known => known.Failure.ToString(), StringComparer.Ordinal)
                .ToList();
            var report = new ExploredPolicyReport(
                Name,
                stoppedBy is null,
                stoppedBy,
                stoppedBy is null ? AllSteps : explorer.Layers - 1,
                all,
                explorer.States,
                explorer.Ends.Count,
                boards.Count,
                outcomes.Length > 1 ? true : stoppedBy is null ? false : null,
                outcomes,
                [
                    .. found.Select(known => new FailureReport(
                        known.Failure.Kind,
                        known.Failure.Importer,
                        known.Failure.Operation,
                        known.Failure.Buffer,
                        known.Failure.Word,
                        stoppedBy is null ? known.Orders : null,
                        known.Order.Steps,
                        ReasonOf(known.Failure, known.Order, boards))),
                ]);
            return new(Scenario, report, [.. found.Select(known => known.Order)], new(boards.MovesPlayed, explorer.Bytes));
        }

        private static string? ReasonOf(Failure failure, FailingOrder order, BoardTable boards) => failure.Kind switch
        {
            FailureKind.Hazard => order.Board.Buffer(failure.Buffer!)!.Hazards.Last(hazard => IsOf(failure, hazard)).Reason,
            FailureKind.Broken => boards.Broken,
            FailureKind.Deadlock => "Every importer that is not finished is told to try again, and none is left that could change that.",
            _ => order.RefusalReason,
        };

        private static bool IsOf(Failure failure, Hazard hazard) =>
            hazard.Importer == failure.Importer && WordOf(hazard.Kind) == failure.Word;

        private static string WordOf(HazardKind kind) => Vocabulary.Spelt(kind.ToString());

        private OutcomeReport ReportOf<TCount>(EndTable<TCount>.End end, FailureSets failures)
            where TCount : struct, INumber<TCount> => new(
            end.Orders,
            end.States,
            [.. end.Nodes.Select((node, script) => new AnswersReport(Scripts[script].Importer.Name, AnswersOf(node, end.Waits && !Scripts[script].IsOptional)))],
            [
                .. failures.In(end.Hazards).Select(number => failures[number])
                    .Select(hazard => new OutcomeHazardReport(hazard.Word!, hazard.Importer!, hazard.Buffer!))
                    .OrderBy(hazard => hazard.ToString(), StringComparer.Ordinal),
            ],
            end.Waits);

        private static ImmutableArray<string> AnswersOf(ScriptNode node, bool waits)
        {
            var answers = new Stack<string>();
            if (waits && node.StepsLeft != 0)
            {
                answers.Push(Answer.Waits.ToString());
            }

            for (var at = node; at.Before is { } before; at = before)
            {
                answers.Push(at.Answer.ToString());
            }

            return [.. answers];
        }
    }
}

/// <summary>The cost of an exploration.</summary>
/// <param name="MovesPlayed">The number of moves that the model played: each move once for each board.</param>
/// <param name="StateBytes">Bytes for states: of all past layers, and of the widest layer while it was played.</param>
public readonly record struct ExplorationCost(long MovesPlayed, long StateBytes);
