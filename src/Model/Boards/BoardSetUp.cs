using System.Collections.Immutable;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Translation;
using Orleans;

namespace DmaGrains.Model.Boards;

/// <summary>
/// The stages of defining, changing and removing a board under its name: first the new definition is stored, then memory, MMUs and devices
/// are set up, then the set-up is marked as done. An interrupted set-up resumes from the stored state. Each step gives the next state; a
/// refusal gives none.
/// </summary>
[GenerateSerializer, Immutable, Alias("dma.board-set-up")]
public sealed record BoardSetUp
{
    /// <summary>The board's definition; null when there is no board.</summary>
    [Id(0)]
    public BoardDefinition? Definition { get; private init; }

    /// <summary>How far the set-up is.</summary>
    [Id(1)]
    public BoardStage Stage { get; private init; }

    /// <summary>The number of earlier boards of this name.</summary>
    [Id(2)]
    public uint Generation { get; private init; }

    /// <summary>
    /// While the board is being set up, the devices of the previous definition: those that are not in the new one have to be removed, and
    /// silos may still cache the others.
    /// </summary>
    [Id(3)]
    public ImmutableArray<string> Before { get; private init; } = [];

    /// <summary>A name that no board ever had.</summary>
    public static BoardSetUp None { get; } = new();

    /// <summary>Begins to define a board, or resumes.</summary>
    /// <returns>What <see cref="BoardDefinition.Check"/> answers; EEXIST when the board has another definition; the same object when it has this one.</returns>
    /// <remarks>The only place that decides this.</remarks>
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

    /// <summary>Whether a definition changes resources that buffers may hold: memory or MMUs.</summary>
    public bool LaysOutAnew(BoardDefinition definition) =>
        Definition is not null && !(Definition.Memory.SequenceEqual(definition.Memory)
            && IommuStage.SayTheSame(Definition.Stages, definition.Stages));

    /// <summary>Begins to replace the board's definition. Replacing it by itself sets everything up once more.</summary>
    /// <param name="definition">The new definition.</param>
    /// <param name="holder">
    /// A buffer that the board lists, or for which its memory or MMUs hold something; null for none. It matters only if the definition
    /// <see cref="LaysOutAnew"/>.
    /// </param>
    /// <returns>What <see cref="BoardDefinition.Check"/> answers; EBUSY naming Memory.</returns>
    /// <remarks>
    /// The only place that decides this. Should something be held all the same, memory and MMUs refuse to be replaced.
    /// </remarks>
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

    /// <summary>Adds or changes a device of a board that is set up.</summary>
    /// <returns>ENOENT, or as <see cref="BoardDefinition.With"/>; the same object when it has that device already.</returns>
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

    /// <summary>Begins to remove the board.</summary>
    /// <param name="name">The board's name.</param>
    /// <param name="holder">As for <see cref="Replace"/>.</param>
    /// <returns>ENOENT when there never was such a board; EBUSY naming Buffers; the same object when it is already gone.</returns>
    /// <remarks>The only place that decides it, as <see cref="Replace"/>.</remarks>
    public DmaResult<BoardSetUp> Remove(string name, string? holder) =>
        Definition is null
            ? Generation == 0 ? DmaResult.Refuse<BoardSetUp>(NotThere(name)!) : DmaResult.Grant(this)
            : holder is not null
            ? DmaResult.Refuse<BoardSetUp>(Refusal.Of(
                Errno.EBUSY, "Buffers", $"Board {name} has buffers, {holder} among them: it cannot be removed until all are released."))
            : DmaResult.Grant(this with { Stage = BoardStage.BeingSetUp, Before = AllDevices() });

    /// <summary>The state after everything has been set up.</summary>
    public BoardSetUp Done() => this with { Stage = BoardStage.SetUp, Before = [] };

    /// <summary>The state after everything has been removed; the next board of this name has the next generation.</summary>
    public BoardSetUp Gone() => new() { Generation = Generation + 1 };

    /// <summary>ENOENT unless the board is set up.</summary>
    /// <param name="name">The board's name.</param>
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
