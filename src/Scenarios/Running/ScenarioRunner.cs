using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Running;

/// <summary>Plays a scenario step by step in its order.</summary>
public sealed class ScenarioRunner
{
    private readonly Scenario _scenario;
    private readonly IEngine _engine;
    private readonly ImmutableArray<Actor> _actors;
    private readonly Dictionary<string, (ImmutableArray<Hazard> Hazards, BufferCosts Costs)> _seen = [];
    private readonly ImmutableArray<StepReport>.Builder _steps = ImmutableArray.CreateBuilder<StepReport>();

    private ScenarioRunner(Scenario scenario, IEngine engine)
    {
        _scenario = scenario;
        _engine = engine;
        _actors = [.. scenario.Importers.Select((importer, index) => new Actor(importer, index))];
    }

    /// <summary>Plays a scenario on a board that has no buffers yet.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="engine">The board.</param>
    /// <param name="cancellationToken">Cancels the run between two steps.</param>
    /// <param name="progress">Called after each step with the number of steps done and their total.</param>
    public static async Task<RunReport> PlayAsync(
        Scenario scenario, IEngine engine, CancellationToken cancellationToken, Action<int, int>? progress = null)
    {
        var runner = new ScenarioRunner(scenario, engine);
        foreach (var buffer in scenario.Buffers)
        {
            await runner.ExportAsync(buffer);
        }

        foreach (var importer in scenario.Order)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await runner.StepAsync(runner._actors[importer]);
            progress?.Invoke(runner._steps.Count, scenario.Buffers.Length + scenario.Order.Length);
        }

        return await runner.ReportAsync();
    }

    private async Task ExportAsync(BufferExport export)
    {
        var answer = StepAnswer.Of(await _engine.ExportAsync(export));
        _steps.Add(await WithBufferAsync(
            new(_steps.Count + 1, "export", export.Exporter, "export", export.Name) { Outcome = answer.Outcome }, answer));
    }

    private async Task StepAsync(Actor actor)
    {
        var step = actor.NextStep();
        var answer = await DoAsync(actor, step);
        var report = new StepReport(
            _steps.Count + 1,
            actor.Importer.Name,
            actor.Importer.Device,
            step.Kind.Verb(),
            step.Kind.HasBuffer() ? step.Buffer : null)
        {
            Direction = step.Kind.HasDirection() ? Vocabulary.Directions.WordFor(step.Direction) : null,
            Options = Vocabulary.Of(step.Options),
            Context = step.Kind == StepKind.SwitchContext ? step.Context : null,
            Parameters = step.Kind == StepKind.SetParameters ? ParametersReport.Of(step.Parameters) : null,
            Outcome = answer.Outcome,
            Expected = step.HasExpectation ? step.Expected?.ToString() ?? Vocabulary.Ok : null,
        };
        _steps.Add(await WithBufferAsync(report, answer));
    }

    private async Task<StepAnswer> DoAsync(Actor actor, Step step)
    {
        if (step.Kind == StepKind.SwitchContext)
        {
            return new(true, await _engine.SwitchContextAsync(actor.Importer.Device!, step.Context), null);
        }

        if (step.Kind == StepKind.SetParameters)
        {
            return new(true, await _engine.SetParametersAsync(actor.Importer.Device!, step.Parameters), null);
        }

        if (step.Kind == StepKind.Recalculate)
        {
            var recalculated = await _engine.RecalculateAsync(step.Buffer);
            return new(true, recalculated.Refusal, null)
            {
                Recalculated = recalculated.TryGetValue(out var union) ? union : null,
            };
        }

        if (step.Kind == StepKind.TestMap)
        {
            return actor.HeldFor(step) is { } attachment
                ? StepAnswer.Of(await _engine.TestMapAsync(step.Buffer, attachment, step.Direction, step.Options))
                : StepAnswer.NotTried;
        }

        if (actor.CommandFor(step) is not { } command)
        {
            return StepAnswer.NotTried;
        }

        var reply = await _engine.ExecuteAsync(step.Buffer, command);
        actor.Note(step, reply.IsGranted);
        return StepAnswer.Of(reply);
    }

    /// <summary>Adds the step's result and its buffer's state to a report.</summary>
    private async Task<StepReport> WithBufferAsync(StepReport report, StepAnswer answer)
    {
        report = report with
        {
            Refusal = answer.Refusal is { } refusal ? RefusalReport.Of(refusal) : null,
            Scatterlist = answer.Mapping is { } list ? ScatterlistReport.Of(list) : null,
            Pfns = answer.Mapping is { } numbers ? PfnsReport.Of(numbers) : null,
            Recalculated = answer.Recalculated is { } union ? RecalculatedReport.Of(union) : null,
        };
        if (report.Buffer is not { } name || !(await _engine.DescribeAsync(name)).TryGetValue(out var buffer))
        {
            return report;
        }

        var (hazards, costs) = _seen.GetValueOrDefault(name, ([], default));
        _seen[name] = (buffer.Hazards, buffer.Costs);
        return report with
        {
            Union = UnionReport.Of(buffer.Constraints),
            Wish = answer.Mapping is { } mapping ? WishReport.Of(buffer, mapping) : null,
            Costs = buffer.Costs.Since(costs),
            Hazards = hazards == buffer.Hazards ? [] : [.. HazardReport.Since(hazards, buffer.Hazards)],
        };
    }

    private async Task<RunReport> ReportAsync()
    {
        var steps = _steps.ToImmutable();
        var result = steps.Any(step => step.Expected is not null && step.Expected != step.Outcome)
            ? RunResult.Unexpected
            : steps.Any(step => step.Refusal is not null && step.Expected is null)
            ? RunResult.Refused
            : steps.Any(step => !step.Hazards.IsEmpty)
            ? RunResult.Hazard
            : RunResult.Good;
        return new(
            _scenario.Name, _scenario.Shows, _scenario.Board.Name, result, steps, await _engine.DescribeMemoryAsync());
    }

    /// <summary>The outcome of a step.</summary>
    private readonly record struct StepAnswer(bool IsTried, Refusal? Refusal, Mapping? Mapping)
    {
        public static StepAnswer NotTried => default;

        public RecalculatedUnion? Recalculated { get; init; }

        public string Outcome => !IsTried ? StepReport.Skipped : Refusal?.Errno.ToString() ?? Vocabulary.Ok;

        public static StepAnswer Of(DmaResult<DmaReply> reply) =>
            new(true, reply.Refusal, reply.TryGetValue(out var granted) ? granted.Mapping : null);
    }
}
