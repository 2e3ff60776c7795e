using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Boards;

/// <summary>What the buffers of a board share, and what one of them makes of it.</summary>
/// <param name="Memory">The board's memory.</param>
/// <param name="Translation">The board's MMUs and bounce pool.</param>
public readonly record struct BoardResources(PhysicalMemory Memory, DmaTranslation Translation)
{
    /// <summary>Exports a buffer.</summary>
    /// <param name="existing">What its name stands for now; null when it is new.</param>
    /// <param name="export">What the exporter says.</param>
    /// <param name="devices">The board's devices.</param>
    /// <param name="allocate">How memory is asked.</param>
    /// <returns>What <see cref="BufferExports.Export"/> answers; ENOMEM when the exporter allocates at once and there is no room.</returns>
    public (BoardResources Next, DmaResult<DmaBuffer> Exported) Export(
        DmaBuffer? existing, BufferExport export, IReadOnlyDictionary<string, Device> devices, Allocating allocate)
    {
        var exporter = export.Exporter is null ? null : devices.GetValueOrDefault(export.Exporter);
        var exporterIsKnown = export.Exporter is null || exporter is not null;
        var exported = BufferExports.Export(existing, export, exporterIsKnown, Memory.Layouts, exporter);
        if (!exported.TryGetValue(out var buffer) || buffer.AllocationAtExport is not { } request)
        {
            return (this, exported);
        }

        var (memory, allocation) = allocate(Memory, request);
        return allocation.TryGetValue(out var storage)
            ? (this with { Memory = memory }, DmaResult.Grant(buffer.ExportedWith(storage)))
            : (this, DmaResult.Refuse<DmaBuffer>(allocation.Refusal!));
    }

    /// <summary>Carries out a command on a buffer, and what it needs of the rest.</summary>
    /// <param name="current">The buffer.</param>
    /// <param name="command">What is asked.</param>
    /// <param name="devices">The board's devices.</param>
    /// <param name="allocate">How memory is asked.</param>
    /// <returns>What the buffer or the memory answers; what was there before when nothing changed.</returns>
    public (BoardResources Next, DmaBuffer Buffer, DmaResult<DmaReply> Reply) Execute(
        DmaBuffer current, DmaCommand command, IReadOnlyDictionary<string, Device> devices, Allocating allocate)
    {
        var memory = Memory;
        DmaResult<BackingStorage>? allocation = null;
        var device = command is DmaCommand.Attach { Device: { } name } ? devices.GetValueOrDefault(name) : null;
        if (current.TrialOf(command, device) is { } trial && Try(trial, allocate) is { } tried)
        {
            var refused = current.Apply(command, device, null, tried, devices);
            return (this, refused.Next, refused.Reply);
        }

        if (current.AllocationFor(command, device) is { } request)
        {
            (memory, allocation) = allocate(memory, request);
        }

        var (translation, mapped) = Translate(current, command, allocation);
        var step = current.Apply(command, device, allocation, mapped, devices);
        var next = step.Next;
        if (next.IsInDebt)
        {
            memory = next.OwedTokens.Aggregate(memory, (held, token) => held.Free(token));
            translation = next.OwedMappings.Aggregate(translation, (held, token) => held.Unmap(token));
            translation = next.OwesAllMappings ? translation.UnmapAll(next.Name) : translation;
            next = next.Freed();
        }

        return (new(memory, translation), next, step.Reply);
    }

    /// <summary>What an attach is to be refused with; nothing is kept of what memory and MMUs give.</summary>
    private DmaResult<DmaMapped>? Try(AttachTrial trial, Allocating allocate)
    {
        DmaResult<BackingStorage>? allocation = trial.Allocation is { } request ? allocate(Memory, request).Reply : null;
        DmaResult<DmaMapped>? mapped = trial.TranslationFor(allocation) is { } map ? Translation.Map(map).Reply : null;
        return trial.Answer(allocation, mapped);
    }

    private (DmaTranslation Next, DmaResult<DmaMapped>? Reply) Translate(
        DmaBuffer buffer, DmaCommand command, DmaResult<BackingStorage>? allocation)
    {
        if (buffer.TranslationFor(command, allocation) is { } request)
        {
            return Translation.Map(request);
        }

        return buffer.ContextCheckFor(command) is { } token && Translation.CheckUnmap(token) is { } refusal
            ? (Translation, DmaResult.Refuse<DmaMapped>(refusal))
            : (Translation, null);
    }
}
