using System.Globalization;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Running;

/// <summary>An importer at its place in its steps, with the names of what it holds.</summary>
/// <param name="importer">The importer.</param>
/// <param name="index">Its place among the scenario's importers, from 0.</param>
internal sealed class Actor(Importer importer, int index)
{
    private readonly Dictionary<(StepKind GotBy, string Buffer), Stack<string>> _held = [];
    private readonly HashSet<(StepKind Kind, string Buffer)> _refused = [];
    private int _next;

    /// <summary>The importer.</summary>
    public Importer Importer => importer;

    /// <summary>Every step is a new attempt, so it gets a new name.</summary>
    private string StepName
    {
        get
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{importer.Name}#{_next}");
            if (name.Length < ModelName.LengthMax)
            {
                return name;
            }

            // Of the greatest length, which no other is, and with its own place.
            var ending = string.Create(CultureInfo.InvariantCulture, $"#{index}#{_next}");
            return string.Concat(importer.Name.AsSpan(0, ModelName.LengthMax - ending.Length), ending);
        }
    }

    /// <summary>The importer's next step.</summary>
    public Step NextStep() => importer.Steps[_next++];

    /// <summary>The command for a step; null when an earlier refusal left nothing to do it with, or when it is no command.</summary>
    public DmaCommand? CommandFor(Step step)
    {
        var held = HeldFor(step);
        return step.Kind switch
        {
            StepKind.Attach => new DmaCommand.Attach(StepName, importer.Device ?? string.Empty),
            StepKind.BeginCpuAccess => new DmaCommand.BeginCpuAccess(StepName, step.Direction),
            StepKind.CpuAccess => new DmaCommand.CpuAccess(StepName, step.Direction),
            StepKind.Release => new DmaCommand.Release(),
            StepKind.Revoke => new DmaCommand.Revoke(),
            _ when held is null => null,
            StepKind.Map => new DmaCommand.Map(StepName, held, step.Direction) { Options = step.Options },
            StepKind.Unmap => new DmaCommand.Unmap(held),
            StepKind.Detach => new DmaCommand.Detach(held),
            StepKind.GetScatterlist => new DmaCommand.GetScatterlist(StepName, held),
            StepKind.PutScatterlist => new DmaCommand.PutScatterlist(held),
            StepKind.GetPfns => new DmaCommand.GetPfns(StepName, held),
            StepKind.PutPfns => new DmaCommand.PutPfns(held),
            StepKind.EndCpuAccess => new DmaCommand.EndCpuAccess(held),
            _ => null,
        };
    }

    /// <summary>
    /// The latest name that a step is about; one that nobody holds when the step is simply wrong; null when it could not be got, and for
    /// a step that is about none.
    /// </summary>
    public string? HeldFor(Step step)
    {
        if (GotBy(step.Kind) is not { } gotBy)
        {
            return null;
        }

        var names = NamesOf(gotBy, step.Buffer);
        return names.Count > 0 ? names.Peek()
            : _refused.Contains((gotBy, step.Buffer)) ? null
            : gotBy.NeedsDevice() && _refused.Contains((StepKind.Attach, step.Buffer)) ? null
            : StepName;
    }

    /// <summary>Notes what a step got or lost.</summary>
    public void Note(Step step, bool isGranted)
    {
        if (!isGranted)
        {
            _refused.Add((step.Kind, step.Buffer));
        }
        else if (step.Kind is StepKind.Unmap or StepKind.Detach or StepKind.PutScatterlist or StepKind.PutPfns or StepKind.EndCpuAccess)
        {
            NamesOf(GotBy(step.Kind)!.Value, step.Buffer).Pop();
        }
        else
        {
            NamesOf(step.Kind, step.Buffer).Push(StepName);
        }
    }

    /// <summary>By which step an importer got what a step is about.</summary>
    private static StepKind? GotBy(StepKind kind) => kind switch
    {
        StepKind.Map or StepKind.TestMap or StepKind.GetScatterlist or StepKind.GetPfns or StepKind.Detach => StepKind.Attach,
        StepKind.Unmap => StepKind.Map,
        StepKind.PutScatterlist => StepKind.GetScatterlist,
        StepKind.PutPfns => StepKind.GetPfns,
        StepKind.EndCpuAccess => StepKind.BeginCpuAccess,
        _ => null,
    };

    private Stack<string> NamesOf(StepKind gotBy, string buffer)
    {
        if (!_held.TryGetValue((gotBy, buffer), out var names))
        {
            _held[(gotBy, buffer)] = names = new();
        }

        return names;
    }
}
