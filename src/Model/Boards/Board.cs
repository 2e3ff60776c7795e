using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Boards;

/// <summary>A board with its buffers in one immutable value: the model without a runtime.</summary>
/// <remarks>The grains do the same in the same order, each holding a part of this state.</remarks>
public sealed class Board
{
    private readonly BoardDefinition _definition;
    private readonly Dictionary<string, Device> _devices;
    private readonly ImmutableSortedDictionary<string, DmaBuffer> _buffers;
    private readonly Allocating _allocate;

    private Board(
        BoardDefinition definition,
        PhysicalMemory memory,
        DmaTranslation translation,
        ImmutableSortedDictionary<string, DmaBuffer> buffers,
        Allocating allocate,
        Dictionary<string, Device>? devices = null)
    {
        _definition = definition;
        _allocate = allocate;
        Memory = memory;
        Translation = translation;
        _buffers = buffers;
        _devices = devices ?? definition.Devices.ToDictionary(device => device.Name);
    }

    /// <summary>The board's memory.</summary>
    public PhysicalMemory Memory { get; }

    /// <summary>The board's MMUs and bounce pool.</summary>
    public DmaTranslation Translation { get; }

    /// <summary>A board without buffers.</summary>
    /// <param name="definition">What the board is.</param>
    /// <param name="allocate">Replaces <see cref="PhysicalMemory.Allocate"/>, for callers that cache its answers; null to ask memory each time.</param>
    /// <returns>What <see cref="BoardDefinition.Check"/> answers.</returns>
    public static DmaResult<Board> Create(BoardDefinition definition, Allocating? allocate = null) => definition.Check() is { } refusal
        ? DmaResult.Refuse<Board>(refusal)
        : DmaResult.Grant(new Board(
            definition,
            PhysicalMemory.Create(definition.Memory).Value,
            DmaTranslation.Create(definition.Stages, definition.BouncePool, definition.RestrictedPools),
            ImmutableSortedDictionary.Create<string, DmaBuffer>(StringComparer.Ordinal),
            allocate ?? (static (memory, request) => memory.Allocate(request))));

    /// <summary>The buffer of that name, even if it is gone; null when there never was one.</summary>
    public DmaBuffer? Buffer(string name) => name is null ? null : _buffers.GetValueOrDefault(name);

    /// <summary>The device of that name, or null.</summary>
    public Device? Device(string name) => name is null ? null : _devices.GetValueOrDefault(name);

    /// <summary>Exports a buffer.</summary>
    /// <returns>As <see cref="BufferExports.Begin"/>.</returns>
    public (Board Next, DmaResult<DmaReply> Reply) Export(BufferExport export)
    {
        var (next, exported) = Resources.Export(Buffer(export.Name ?? string.Empty), export, _devices, _allocate);
        return exported.TryGetValue(out var buffer)
            ? (With(next, buffer), DmaResult.Grant(DmaReply.Exported))
            : (this, DmaResult.Refuse<DmaReply>(exported.Refusal!));
    }

    /// <summary>Carries out a command on a buffer and answers its questions.</summary>
    /// <returns>ENOENT when the buffer does not exist; else the reply of the buffer, memory, MMUs or bounce pool.</returns>
    public (Board Next, DmaResult<DmaReply> Reply) Execute(string buffer, DmaCommand command)
    {
        if (Buffer(buffer) is not { } current)
        {
            return (this, DmaResult.Refuse<DmaReply>(BufferExports.NoBuffer(buffer)));
        }

        var (next, changed, reply) = Resources.Execute(current, command, _devices, _allocate);
        return (With(next, changed), reply);
    }

    /// <summary>Adds or changes a device. Existing attachments keep the demand with which they attached.</summary>
    /// <returns>As <see cref="BoardDefinition.With"/>; null when done.</returns>
    public (Board Next, Refusal? Reply) SetDevice(Device device)
    {
        var changed = _definition.With(device);
        return changed.TryGetValue(out var next)
            ? (new(next, Memory, Translation, _buffers, _allocate), null)
            : (this, changed.Refusal);
    }

    /// <summary>Computes a buffer's union from its importers' present parameters; changes nothing (thread #0).</summary>
    /// <returns>ENOENT when the buffer does not exist; else as <see cref="DmaBuffer.Recalculate"/>.</returns>
    public DmaResult<RecalculatedUnion> Recalculate(string buffer) => Buffer(buffer) is { } current
        ? current.Recalculate(_devices)
        : DmaResult.Refuse<RecalculatedUnion>(BufferExports.NoBuffer(buffer));

    /// <summary>Switches a device's MMU to another of its contexts (thread #39).</summary>
    /// <returns>ENODEV for an unknown device; EINVAL for a device without an MMU or an unknown context; null when done.</returns>
    public (Board Next, Refusal? Reply) SwitchContext(string device, uint context)
    {
        var stage = BoardDefinition.ContextStageOf(device, Device(device));
        if (!stage.TryGetValue(out var name))
        {
            return (this, stage.Refusal);
        }

        var (translation, refusal) = Translation.SwitchContext(name, context);
        return ReferenceEquals(translation, Translation)
            ? (this, refusal)
            : (new(_definition, Memory, translation, _buffers, _allocate, _devices), refusal);
    }

    /// <summary>The reply that a map would get; nothing is held afterwards (thread #12).</summary>
    /// <returns>As <see cref="Execute"/> of a map.</returns>
    public DmaResult<DmaReply> TestMap(
        string buffer, string attachment, DmaDirection direction, MapOptions options = MapOptions.None) =>
        Buffer(buffer) is { } current
            ? Resources.Answer(
                current.BeginTestMap(attachment, direction, options), CommandTouch.OfTestMap(current.Policy).Asks, _devices, _allocate).Decided.Reply
            : DmaResult.Refuse<DmaReply>(BufferExports.NoBuffer(buffer));

    /// <summary>Checks every buffer, page and address of the board.</summary>
    /// <param name="checkedBefore">A checked board: objects that are the same there are not checked again. Null to check everything.</param>
    public void AssertInvariants(Board? checkedBefore = null)
    {
        Memory.AssertInvariants(checkedBefore?.Memory);
        Translation.AssertInvariants();
        var (sameMemory, sameTranslation) = (
            ReferenceEquals(Memory, checkedBefore?.Memory), ReferenceEquals(Translation, checkedBefore?.Translation));
        Invariant.Holds(sameTranslation || Translation.Held.SequenceEqual(_buffers.Values.SelectMany(buffer => buffer.HeldMappings)));
        foreach (var buffer in _buffers.Values)
        {
            var before = checkedBefore?.Buffer(buffer.Name);
            var isSame = ReferenceEquals(buffer, before);
            Invariant.Holds((isSame && sameMemory) || (buffer.Storage is null != Memory.Held(buffer.Token) is not null));
            if (isSame)
            {
                continue;
            }

            var mappedBefore = before is null ? default : before.Mappings;
            Invariant.Holds(!sameTranslation || buffer.Mappings == mappedBefore || buffer.HeldMappings.SequenceEqual(before is null ? [] : before.HeldMappings));
            buffer.AssertInvariants(before);
            foreach (var (_, mapping) in buffer.Mappings.ChangesSince(mappedBefore))
            {
                mapping?.AssertInvariants(mapping.ToTable());
            }
        }
    }

    private BoardResources Resources => new(Memory, Translation);

    private Board With(BoardResources next, DmaBuffer buffer) =>
        ReferenceEquals(next.Memory, Memory) && ReferenceEquals(next.Translation, Translation)
        && ReferenceEquals(buffer, Buffer(buffer.Name))
            ? this
            : new(_definition, next.Memory, next.Translation, _buffers.SetItem(buffer.Name, buffer), _allocate, _devices);
}
