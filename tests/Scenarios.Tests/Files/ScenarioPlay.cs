using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Tests.Files;

/// <summary>Plays a scenario on the pure model: the least that a runner can be.</summary>
internal sealed class ScenarioPlay
{
    private readonly Dictionary<(int Importer, string Buffer), Stack<string>> _attachments = [];
    private readonly Dictionary<(int Importer, string Buffer), Stack<string>> _mappings = [];
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
        var key = (index, step.Buffer);
        var attachments = NamesOf(_attachments, key);
        var mappings = NamesOf(_mappings, key);
        var fresh = $"n{_named++}";
        DmaCommand command = step.Kind switch
        {
            StepKind.Attach => new DmaCommand.Attach(fresh, importer.Device!),
            StepKind.Map => new DmaCommand.Map(fresh, attachments.TryPeek(out var live) ? live : fresh, step.Direction),
            StepKind.Unmap => new DmaCommand.Unmap(mappings.TryPeek(out var live) ? live : fresh),
            StepKind.Detach => new DmaCommand.Detach(attachments.TryPeek(out var live) ? live : fresh),
            StepKind.Revoke => new DmaCommand.Revoke(),
            _ => new DmaCommand.Release(),
        };
        (Board, var reply) = Board.Execute(step.Buffer, command);
        var line = $"line {step.Line}: {importer.Name} {step.Kind} {step.Buffer}: {reply.Refusal?.ToString() ?? "ok"}";
        Log.Add(line);
        if (reply.Refusal?.Errno != step.Expected)
        {
            Surprises.Add(line);
        }

        if (reply.IsGranted)
        {
            Note(step.Kind, fresh, attachments, mappings);
        }
    }

    private static void Note(StepKind kind, string fresh, Stack<string> attachments, Stack<string> mappings)
    {
        switch (kind)
        {
            case StepKind.Attach:
                attachments.Push(fresh);
                break;
            case StepKind.Map:
                mappings.Push(fresh);
                break;
            case StepKind.Unmap:
                mappings.Pop();
                break;
            case StepKind.Detach:
                attachments.Pop();
                break;
        }
    }

    private static Stack<string> NamesOf(
        Dictionary<(int Importer, string Buffer), Stack<string>> names, (int Importer, string Buffer) key)
    {
        if (!names.TryGetValue(key, out var stack))
        {
            names.Add(key, stack = []);
        }

        return stack;
    }
}
