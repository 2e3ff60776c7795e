using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Running;

/// <summary>Plays a scenario step by step in its order.</summary>
public sealed class ScenarioRunner
{
    private readonly Scenario _scenario;
    private readonly IEngine _engine;
    private readonly ImmutableArray<Actor> _actors;
    private readonly Dictionary<string, int> _hazardsSeen = [];
    private readonly ImmutableArray<StepReport>.Builder _steps = ImmutableArray.CreateBuilder<StepReport>();

    private ScenarioRunner(Scenario scenario, IEngine engine)
    {
        _scenario = scenario;
        _engine = engine;
        _actors = [.. scenario.Importers.Select(importer => new Actor(importer))];
    }

    /// <summary>Plays a scenario on a board that has no buffers yet.</summary>
    public static async Task<RunReport> PlayAsync(
        Scenario scenario, IEngine engine, CancellationToken cancellationToken)
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
        }

        return await runner.ReportAsync();
    }

    private async Task ExportAsync(BufferExport export)
    {
        var reply = await _engine.ExportAsync(export);
        await AddAsync("export", export.Exporter, "export", export.Name, null, reply);
    }

    private async Task StepAsync(Actor actor)
    {
        var step = actor.NextStep();
        var expected = step.HasExpectation ? step.Expected?.ToString() ?? StepReport.Ok : null;
        DmaResult<DmaReply>? reply = null;
        if (actor.CommandFor(step) is { } command)
        {
            reply = await _engine.ExecuteAsync(step.Buffer, command);
            actor.Note(step, command, reply.Value.IsGranted);
        }

        var operation = step.Kind.ToString().ToLowerInvariant();
        await AddAsync(actor.Importer.Name, actor.Importer.Device, operation, step.Buffer, expected, reply);
    }

    private async Task AddAsync(
        string importer, string? device, string operation, string buffer, string? expected, DmaResult<DmaReply>? reply)
    {
        var described = await _engine.DescribeAsync(buffer);
        described.TryGetValue(out var now);
        var outcome = reply is not { } tried ? StepReport.Skipped
            : tried.Refusal is { } refusal ? refusal.Errno.ToString()
            : StepReport.Ok;
        _steps.Add(new(
            _steps.Count + 1,
            importer,
            device,
            operation,
            buffer,
            outcome,
            expected,
            reply?.Refusal is { } why ? RefusalReport.Of(why) : null,
            now is null ? null : UnionReport.Of(now.Constraints),
            reply is { } done && done.TryGetValue(out var granted) && granted.Mapping is { } mapping
                ? ScatterlistReport.Of(mapping)
                : null,
            now is null ? [] : [.. now.Hazards.Skip(_hazardsSeen.GetValueOrDefault(buffer)).Select(HazardReport.Of)]));
        _hazardsSeen[buffer] = now?.Hazards.Length ?? 0;
    }

    private async Task<RunReport> ReportAsync()
    {
        var steps = _steps.ToImmutable();
        var result = steps.Any(step => step.Expected is not null && step.Expected != step.Outcome)
            ? RunResult.Unexpected
            : steps.Any(step => step.Refusal is not null && step.Expected is null)
            ? RunResult.Refused
            : RunResult.Good;
        return new(
            _scenario.Name, _scenario.Shows, _scenario.Board.Name, result, steps, await _engine.DescribeMemoryAsync());
    }

    /// <summary>An importer at its place in its steps, with the names of what it holds.</summary>
    private sealed class Actor(Importer importer)
    {
        private readonly Dictionary<string, Stack<string>> _attachments = [];
        private readonly Dictionary<string, Stack<string>> _mappings = [];
        private readonly HashSet<(StepKind Kind, string Buffer)> _refused = [];
        private int _next;

        public Importer Importer { get; } = importer;

        public Step NextStep() => Importer.Steps[_next++];

        /// <summary>The command for a step; null when an earlier refusal left nothing to do it with.</summary>
        public DmaCommand? CommandFor(Step step)
        {
            // Every step is a new attempt, so it gets a new name.
            var name = string.Create(CultureInfo.InvariantCulture, $"{Importer.Name}#{_next}");
            return step.Kind switch
            {
                StepKind.Attach => new DmaCommand.Attach(name, Importer.Device ?? string.Empty),
                StepKind.Map when Held(_attachments, step, StepKind.Attach, name) is { } attachment =>
                    new DmaCommand.Map(name, attachment, step.Direction),
                StepKind.Unmap when Held(_mappings, step, StepKind.Map, name) is { } mapping =>
                    new DmaCommand.Unmap(mapping),
                StepKind.Detach when Held(_attachments, step, StepKind.Attach, name) is { } attachment =>
                    new DmaCommand.Detach(attachment),
                StepKind.Release => new DmaCommand.Release(),
                StepKind.Revoke => new DmaCommand.Revoke(),
                _ => null,
            };
        }

        /// <summary>Notes what a step got or lost.</summary>
        public void Note(Step step, DmaCommand command, bool granted)
        {
            if (!granted)
            {
                _refused.Add((step.Kind, step.Buffer));
                return;
            }

            switch (command)
            {
                case DmaCommand.Attach attach:
                    Of(_attachments, step.Buffer).Push(attach.Attachment);
                    break;
                case DmaCommand.Map map:
                    Of(_mappings, step.Buffer).Push(map.Mapping);
                    break;
                case DmaCommand.Unmap:
                    Of(_mappings, step.Buffer).Pop();
                    break;
                case DmaCommand.Detach:
                    Of(_attachments, step.Buffer).Pop();
                    break;
            }
        }

        /// <summary>The latest name held; one that nobody holds when the step is simply wrong; null when it could not be got.</summary>
        private string? Held(Dictionary<string, Stack<string>> names, Step step, StepKind gotBy, string otherwise)
        {
            var held = Of(names, step.Buffer);
            return held.Count > 0 ? held.Peek()
                : _refused.Contains((gotBy, step.Buffer)) || _refused.Contains((StepKind.Attach, step.Buffer)) ? null
                : otherwise;
        }

        private static Stack<string> Of(Dictionary<string, Stack<string>> names, string buffer)
        {
            if (!names.TryGetValue(buffer, out var stack))
            {
                names[buffer] = stack = new();
            }

            return stack;
        }
    }
}
