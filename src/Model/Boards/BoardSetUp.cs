using System.Collections.Immutable;
using DmaGrains.Model.Devices;
using Orleans;

namespace DmaGrains.Model.Boards;

/// <summary>
/// A board's name and what it stands for, step by step: the definition is noted first, then memory, MMUs and devices are set up, then
/// that they are. Whatever is cut off in between goes on from what was noted. Each step gives the next state; a refusal gives none.
/// </summary>
[GenerateSerializer, Immutable, Alias("dma.board-set-up")]
public sealed record BoardSetUp
{
    /// <summary>The board; null when there is none.</summary>
    [Id(0)]
    public BoardDefinition? Definition { get; private init; }

    /// <summary>How far it has come.</summary>
    [Id(1)]
    public BoardStage Stage { get; private init; }

    /// <summary>Which board of this name it is, or will be: how many there were before it.</summary>
    [Id(2)]
    public uint Generation { get; private init; }

    /// <summary>
    /// Devices of the definition before, while the board is being set up: those that the new one does not have are to go, and silos
    /// may have others as they were.
    /// </summary>
    [Id(3)]
    public ImmutableArray<string> Before { get; private init; } = [];

    /// <summary>A name that no board ever had.</summary>
    public static BoardSetUp None { get; } = new();

    /// <summary>Begins to define a board, or goes on.</summary>
    /// <returns>What <see cref="BoardDefinition.Check"/> answers; EEXIST when the board is defined otherwise; the same when it is defined so.</returns>
    public DmaResult<BoardSetUp> Define(BoardDefinition definition)
    {
        if (definition.Check() is { } refusal)
        {
            return DmaResult.Refuse<BoardSetUp>(refusal);
        }

        if (Definition is null)
        {
            return DmaResult.Grant(this with { Definition = definition, Stage = BoardStage.BeingSetUp });
        }

        return Definition.SaysTheSameAs(definition)
            ? DmaResult.Grant(this)
            : DmaResult.Refuse<BoardSetUp>(Refusal.Of(
                Errno.EEXIST, "Board", $"Board {definition.Name} already has a different definition; replace it, or remove it first."));
    }

    /// <summary>Whether a definition changes what buffers may hold: memory or MMUs.</summary>
    public bool LaysOutAnew(BoardDefinition definition) =>
        Definition is not null && !(Definition.Memory.SequenceEqual(definition.Memory)
            && Definition.Stages.Length == definition.Stages.Length
            && Definition.Stages.Zip(definition.Stages).All(pair => pair.First.SaysTheSameAs(pair.Second)));

    /// <summary>Begins to define the board anew, whatever it was; the same again sets everything up once more.</summary>
    /// <param name="definition">What it is to be.</param>
    /// <param name="holder">
    /// A buffer that the board lists, or that its memory or MMUs hold something for; null when there is none. Not looked at unless the
    /// definition <see cref="LaysOutAnew"/>.
    /// </param>
    /// <returns>What <see cref="BoardDefinition.Check"/> answers; EBUSY naming Memory.</returns>
    public DmaResult<BoardSetUp> Replace(BoardDefinition definition, string? holder)
    {
        if (definition.Check() is { } refusal)
        {
            return DmaResult.Refuse<BoardSetUp>(refusal);
        }

        return holder is not null && LaysOutAnew(definition)
            ? DmaResult.Refuse<BoardSetUp>(Refusal.Of(
                Errno.EBUSY, "Memory",
                $"Board {definition.Name} has buffers, {holder} among them: its memory and MMUs cannot change until all are released."))
            : DmaResult.Grant(this with { Definition = definition, Stage = BoardStage.BeingSetUp, Before = AllDevices() });
    }

    /// <summary>Adds a device to a board that is set up, or changes one.</summary>
    /// <returns>ENOENT, or as <see cref="BoardDefinition.With"/>; the same when it has that device.</returns>
    public DmaResult<BoardSetUp> SetDevice(string name, Device device)
    {
        if (NotThere(name) is { } notThere)
        {
            return DmaResult.Refuse<BoardSetUp>(notThere);
        }

        var changed = Definition!.With(device);
        return !changed.TryGetValue(out var next) ? DmaResult.Refuse<BoardSetUp>(changed.Refusal!)
            : ReferenceEquals(next, Definition) ? DmaResult.Grant(this)
            : DmaResult.Grant(this with { Definition = next });
    }

    /// <summary>Begins to take the board away.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="holder">As for <see cref="Replace"/>.</param>
    /// <returns>ENOENT when there never was such a board; EBUSY naming Buffers; the same when it is gone.</returns>
    public DmaResult<BoardSetUp> Remove(string name, string? holder) =>
        Definition is null
            ? Generation == 0 ? DmaResult.Refuse<BoardSetUp>(NotThere(name)!) : DmaResult.Grant(this)
            : holder is not null
            ? DmaResult.Refuse<BoardSetUp>(Refusal.Of(
                Errno.EBUSY, "Buffers", $"Board {name} has buffers, {holder} among them: it cannot be removed until all are released."))
            : DmaResult.Grant(this with { Stage = BoardStage.BeingSetUp, Before = AllDevices() });

    /// <summary>When all is as the definition says.</summary>
    public BoardSetUp Done() => this with { Stage = BoardStage.SetUp, Before = [] };

    /// <summary>When nothing of it is left; the next board of this name is another one.</summary>
    public BoardSetUp Gone() => new() { Generation = Generation + 1 };

    /// <summary>ENOENT unless the board is set up.</summary>
    /// <param name="name">What it is called.</param>
    public Refusal? NotThere(string name) => Stage switch
    {
        BoardStage.SetUp => null,
        BoardStage.BeingSetUp => Refusal.Of(
            Errno.ENOENT, "Board", $"Board {name} is only partly set up: its definition was interrupted; define it again to continue, or remove it."),
        _ => Refusal.Of(Errno.ENOENT, "Board", $"There is no board {(ModelName.IsValid(name) ? name : "of that name")}; define it first."),
    };

    private ImmutableArray<string> AllDevices() =>
        [.. Before.Union(Definition is null ? [] : Definition.Devices.Select(device => device.Name))];
}
