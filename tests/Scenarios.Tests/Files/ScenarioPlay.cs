using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Tests.Files;

/// <summary>Plays a scenario on the pure model: the least that a runner can be.</summary>
internal sealed class ScenarioPlay
{
    private readonly Dictionary<(int Importer, string Buffer, StepKind GotBy), Stack<string>> _held = [];
    private int _named;

    private ScenarioPlay(Scenario scenario)
    {
        Board = Board.Create(scenario.Board).Value;
        foreach (var export in scenario.Buffers)
        {
            (Board, var reply) = Board.Export(export);
            Assert.True(reply.IsGranted, $"{reply.Refusal}");
        }
    }

    /// <summary>The board as the scenario left it.</summary>
    public Board Board { get; private set; }

    /// <summary>Steps that did not end as the file says, or were refused without its saying so.</summary>
    public List<string> Surprises { get; } = [];

    /// <summary>What was answered, step by step.</summary>
    public List<string> Log { get; } = [];

    public static ScenarioPlay Of(Scenario scenario)
    {
        var play = new ScenarioPlay(scenario);
        var next = new int[scenario.Importers.Length];
        foreach (var index in scenario.Order)
        {
            var importer = scenario.Importers[index];
            play.Run(index, importer, importer.Steps[next[index]++]);
        }

        return play;
    }

    private void Run(int index, Importer importer, Step step)
    {
        Stack<string> Held(StepKind gotBy) => NamesOf((index, step.Buffer, gotBy));
        var fresh = $"n{_named++}";
        string Latest(StepKind gotBy) => Held(gotBy).TryPeek(out var name) ? name : fresh;
        var refusal = step.Kind switch
        {
            StepKind.SwitchContext => SwitchContext(importer.Device!, step.Context),
            StepKind.SetParameters => SetParameters(Board.Device(importer.Device!)! with { Parameters = step.Parameters }),
            StepKind.Recalculate => Board.Recalculate(step.Buffer).Refusal,
            StepKind.TestMap => Board.TestMap(step.Buffer, Latest(StepKind.Attach), step.Direction, step.Options).Refusal,
            StepKind.Attach => Execute(step, new DmaCommand.Attach(fresh, importer.Device!)),
            StepKind.Map => Execute(step, new DmaCommand.Map(fresh, Latest(StepKind.Attach), step.Direction) { Options = step.Options }),
            StepKind.Unmap => Execute(step, new DmaCommand.Unmap(Latest(StepKind.Map))),
            StepKind.Detach => Execute(step, new DmaCommand.Detach(Latest(StepKind.Attach))),
            StepKind.GetScatterlist => Execute(step, new DmaCommand.GetScatterlist(fresh, Latest(StepKind.Attach))),
            StepKind.PutScatterlist => Execute(step, new DmaCommand.PutScatterlist(Latest(StepKind.GetScatterlist))),
            StepKind.GetPfns => Execute(step, new DmaCommand.GetPfns(fresh, Latest(StepKind.Attach))),
            StepKind.PutPfns => Execute(step, new DmaCommand.PutPfns(Latest(StepKind.GetPfns))),
            StepKind.MapScatterlist => Execute(step, new DmaCommand.MapRaw(fresh, Latest(StepKind.GetScatterlist), step.Direction) { Options = step.Options }),
            StepKind.MapPfns => Execute(step, new DmaCommand.MapRaw(fresh, Latest(StepKind.GetPfns), step.Direction) { Options = step.Options }),
            StepKind.BeginCpuAccess => Execute(step, new DmaCommand.BeginCpuAccess(fresh, step.Direction)),
            StepKind.EndCpuAccess => Execute(step, new DmaCommand.EndCpuAccess(Latest(StepKind.BeginCpuAccess))),
            StepKind.CpuAccess => Execute(step, new DmaCommand.CpuAccess(fresh, step.Direction)),
            StepKind.Flush => Execute(step, new DmaCommand.Flush(Latest(StepKind.Map))),
            StepKind.SyncForDevice => Execute(step, new DmaCommand.SyncForDevice(fresh, Latest(StepKind.Map))),
            StepKind.SyncForCpu => Execute(step, new DmaCommand.SyncForCpu(fresh, Latest(StepKind.Map))),
            StepKind.Revoke => Execute(step, new DmaCommand.Revoke()),
            _ => Execute(step, new DmaCommand.Release()),
        };
        var line = $"line {step.Line}: {importer.Name} {step.Kind} {step.Buffer}: {refusal?.ToString() ?? "ok"}";
        Log.Add(line);
        if (refusal?.Errno != step.Expected)
        {
            Surprises.Add(line);
        }

        if (refusal is null)
        {
            Held(step.Kind.Maps() ? StepKind.Map : step.Kind).Push(fresh);
            foreach (var gotBy in EndedBy(step.Kind))
            {
                Held(gotBy).Pop();
            }
        }
    }

    private Refusal? Execute(Step step, DmaCommand command)
    {
        (Board, var reply) = Board.Execute(step.Buffer, command);
        return reply.Refusal;
    }

    private Refusal? SwitchContext(string device, uint context)
    {
        (Board, var refusal) = Board.SwitchContext(device, context);
        return refusal;
    }

    private Refusal? SetParameters(Device device)
    {
        (Board, var refusal) = Board.SetDevice(device);
        return refusal;
    }

    private static StepKind[] EndedBy(StepKind kind) => kind switch
    {
        StepKind.Unmap => [StepKind.Map],
        StepKind.Detach => [StepKind.Attach],
        StepKind.PutScatterlist => [StepKind.GetScatterlist],
        StepKind.PutPfns => [StepKind.GetPfns],
        StepKind.EndCpuAccess => [StepKind.BeginCpuAccess],
        _ => [],
    };

    private Stack<string> NamesOf((int Importer, string Buffer, StepKind GotBy) key)
    {
        if (!_held.TryGetValue(key, out var stack))
        {
            _held.Add(key, stack = []);
        }

        return stack;
    }
}
