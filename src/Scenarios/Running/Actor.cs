using System.Globalization;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Running;

/// <summary>An importer at a point in its steps, with the names of what it holds.</summary>
/// <param name="importer">The importer.</param>
/// <param name="index">Its index in the scenario, from 0.</param>
/// <param name="reusesNames">
/// Whether names are reused once nothing is held under them, so that names depend only on what is held; otherwise every step gets a name of
/// its own, which callers that may send again need.
/// </param>
internal sealed class Actor(Importer importer, int index, bool reusesNames = false)
{
    private readonly Dictionary<(StepKind GotBy, string Buffer), Stack<string>> _held = [];
    private readonly HashSet<(StepKind Kind, string Buffer)> _refused = [];
    private int _next;

    /// <summary>The importer.</summary>
    public Importer Importer => importer;

    /// <summary>The number of steps begun.</summary>
    public int StepsBegun => _next;

    /// <summary>What it holds: the kind of step that got it, the buffer, and the count.</summary>
    public IEnumerable<(StepKind GotBy, string Buffer, int Count)> Held =>
        _held.Where(held => held.Value.Count != 0).Select(held => (held.Key.GotBy, held.Key.Buffer, held.Value.Count));

    /// <summary>The name for what the current step may get.</summary>
    private string StepName => reusesNames
        ? Enumerable.Range(0, int.MaxValue).Select(NameOf).First(name => !_held.Values.Any(names => names.Contains(name)))
        : NameOf(_next);

    /// <summary>A copy of the importer at this point, which continues independently.</summary>
    /// <param name="instead">The importer with other steps from here on; null to keep them.</param>
    public Actor Fork(Importer? instead = null)
    {
        var fork = new Actor(instead ?? importer, index, reusesNames) { _next = _next };
        foreach (var (key, names) in _held)
        {
            fork._held.Add(key, new(names.Reverse()));
        }

        fork._refused.UnionWith(_refused);
        return fork;
    }

    /// <summary>The importer's next step.</summary>
    public Step NextStep() => importer.Steps[_next++];

    /// <summary>The kind of step that gets what a step of this kind operates on; null when it operates on nothing.</summary>
    public static StepKind? GotBy(StepKind kind) => kind switch
    {
        StepKind.Map or StepKind.TestMap or StepKind.GetScatterlist or StepKind.GetPfns or StepKind.Detach => StepKind.Attach,
        StepKind.Unmap or StepKind.Flush or StepKind.SyncForDevice or StepKind.SyncForCpu => StepKind.Map,
        StepKind.MapScatterlist or StepKind.PutScatterlist => StepKind.GetScatterlist,
        StepKind.MapPfns or StepKind.PutPfns => StepKind.GetPfns,
        StepKind.EndCpuAccess => StepKind.BeginCpuAccess,
        _ => null,
    };

    /// <summary>Whether a step without anything to operate on is explained by an earlier refusal.</summary>
    public bool IsLost(StepKind gotBy, string buffer) =>
        _refused.Contains((gotBy, buffer)) || (gotBy.NeedsDevice() && _refused.Contains((StepKind.Attach, buffer)));

    /// <summary>The command for a step; null when the step is skipped because of an earlier refusal, or is not a command.</summary>
    public DmaCommand? CommandFor(Step step) => CommandOf(step, importer.Device, StepName, HeldFor(step));

    /// <summary>The command of a step; null when there is nothing to operate on, or the step is not a command.</summary>
    /// <param name="step">The step.</param>
    /// <param name="device">The importer's device; null when it has none.</param>
    /// <param name="name">The name for what the step gets, if anything.</param>
    /// <param name="held">The name of what the step operates on, or null.</param>
    public static DmaCommand? CommandOf(Step step, string? device, string name, string? held) => step.Kind switch
    {
        StepKind.Attach => new DmaCommand.Attach(name, device ?? string.Empty),
        StepKind.BeginCpuAccess => new DmaCommand.BeginCpuAccess(name, step.Direction),
        StepKind.CpuAccess => new DmaCommand.CpuAccess(name, step.Direction),
        StepKind.Release => new DmaCommand.Release(),
        StepKind.Revoke => new DmaCommand.Revoke(),
        _ when held is null => null,
        StepKind.Map => new DmaCommand.Map(name, held, step.Direction) { Options = step.Options },
        StepKind.MapScatterlist or StepKind.MapPfns => new DmaCommand.MapRaw(name, held, step.Direction) { Options = step.Options },
        StepKind.Unmap => new DmaCommand.Unmap(held),
        StepKind.Detach => new DmaCommand.Detach(held),
        StepKind.GetScatterlist => new DmaCommand.GetScatterlist(name, held),
        StepKind.PutScatterlist => new DmaCommand.PutScatterlist(held),
        StepKind.GetPfns => new DmaCommand.GetPfns(name, held),
        StepKind.PutPfns => new DmaCommand.PutPfns(held),
        StepKind.EndCpuAccess => new DmaCommand.EndCpuAccess(held),
        StepKind.Flush => new DmaCommand.Flush(held),
        StepKind.SyncForDevice => new DmaCommand.SyncForDevice(name, held),
        StepKind.SyncForCpu => new DmaCommand.SyncForCpu(name, held),
        _ => null,
    };

    /// <summary>
    /// The latest name that a step operates on; an unused name when the step is simply wrong; null when an earlier refusal left nothing,
    /// and for a step that operates on nothing.
    /// </summary>
    public string? HeldFor(Step step)
    {
        if (GotBy(step.Kind) is not { } gotBy)
        {
            return null;
        }

        var names = NamesOf(gotBy, step.Buffer);
        return names.Count > 0 ? names.Peek() : IsLost(gotBy, step.Buffer) ? null : StepName;
    }

    /// <summary>Notes what a step got or lost.</summary>
    public void Note(Step step, bool isGranted)
    {
        // An unmap ends every kind of mapping.
        var kind = step.Kind.Maps() ? StepKind.Map : step.Kind;
        if (!isGranted)
        {
            _refused.Add((kind, step.Buffer));
        }
        else if (step.Kind is StepKind.Unmap or StepKind.Detach or StepKind.PutScatterlist or StepKind.PutPfns or StepKind.EndCpuAccess)
        {
            NamesOf(GotBy(step.Kind)!.Value, step.Buffer).Pop();
        }
        else if (kind is StepKind.Attach or StepKind.Map or StepKind.GetScatterlist or StepKind.GetPfns or StepKind.BeginCpuAccess)
        {
            NamesOf(kind, step.Buffer).Push(StepName);
        }
    }

    private string NameOf(int number)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{importer.Name}#{number}");
        if (name.Length < ModelName.LengthMax)
        {
            return name;
        }

        // Of the greatest length, which no other is, and with its own place.
        var ending = string.Create(CultureInfo.InvariantCulture, $"#{index}#{number}");
        return string.Concat(importer.Name.AsSpan(0, ModelName.LengthMax - ending.Length), ending);
    }

    private Stack<string> NamesOf(StepKind gotBy, string buffer)
    {
        if (!_held.TryGetValue((gotBy, buffer), out var names))
        {
            _held[(gotBy, buffer)] = names = new();
        }

        return names;
    }
}
