using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;

namespace DmaGrains.Grains.Buffers;

/// <summary>An export: the name is listed first, then the buffer is stored, then memory is asked, so that an interruption leaves nothing without an owner.</summary>
/// <param name="state">What the name stands for.</param>
/// <param name="board">The buffer's board.</param>
/// <param name="origin">What the exporter says.</param>
internal sealed class ExportTurn(BufferState state, BoardAnswers board, BufferExport origin)
{
    /// <summary>Exports.</summary>
    public async Task<DmaResult<DmaReply>> ExportAsync()
    {
        if (state.Record.Replies.Answer(origin) is { } first)
        {
            await state.ListAgainAsync();
            await state.WithdrawAsync();
            return first;
        }

        await state.PayAsync();
        var existing = state.Buffer;
        var exporterIsKnown = true;
        ImmutableArray<MemoryRegionLayout> regions = [];
        if (existing?.Origin != origin)
        {
            var generation = BufferExports.GenerationOf(existing, state.Record.NextGeneration);
            var added = await board.ListAsync(generation, origin.Exporter, origin.Memory);
            if (added.Refusal is { } refusal && refusal.Errno != Errno.ENODEV)
            {
                return await RefuseAsync(refusal);
            }

            exporterIsKnown = added.IsGranted;
            regions = added.IsGranted ? added.Value : [];
        }
        else
        {
            await state.ListAgainAsync();
        }

        var exporter = exporterIsKnown && origin is { Exporter: { } name, Policy.Lists: ListSharing.Exporters }
            ? await board.DeviceAsync(name)
            : null;
        var exported = BufferExports.Export(existing, origin, exporterIsKnown, regions, exporter, state.Record.NextGeneration);
        return exported.TryGetValue(out var buffer) ? await StoreAsync(buffer) : await RefuseAsync(exported.Refusal!);
    }

    /// <param name="buffer">The same object as before for a repeat.</param>
    private async Task<DmaResult<DmaReply>> StoreAsync(DmaBuffer buffer)
    {
        var before = state.Record;
        var isNew = !ReferenceEquals(buffer, before.Buffer);
        var replies = isNew ? before.Replies.ExportedAnew() : before.Replies;
        var granted = DmaResult.Grant(DmaReply.Exported);
        if (buffer.AllocationAtExport is not { } request)
        {
            if (isNew || origin.Id is not null)
            {
                await state.WriteAsync(state.With(buffer, replies.Remember(origin, granted)));
            }

            return granted;
        }

        if (isNew)
        {
            await state.WriteAsync(state.With(buffer, replies));
        }

        // Whatever happens next, there is a buffer to give the pages back. An export that is interrupted here continues from here when it
        // is sent again.
        var allocation = await board.Memory.AllocateAsync(request);
        if (!allocation.TryGetValue(out var allocated))
        {
            // No generation is used twice: a request under this one may still be on its way.
            var refused = DmaResult.Refuse<DmaReply>(allocation.Refusal!);
            await state.WriteAsync(state.With(
                isNew ? before.Buffer : buffer.Gone(), before.Replies.Remember(origin, refused), BufferExports.GenerationAfter(buffer)));
            await state.WithdrawAsync();
            return refused;
        }

        await state.WriteAsync(state.With(buffer.ExportedWith(allocated), replies.Remember(origin, granted)));
        return granted;
    }

    /// <summary>Refuses; under a name that was never exported the refusal is not remembered.</summary>
    private async Task<DmaResult<DmaReply>> RefuseAsync(Refusal refusal)
    {
        var reply = DmaResult.Refuse<DmaReply>(refusal);
        if (origin.Id is not null && state.Buffer is { } buffer)
        {
            await state.WriteAsync(state.With(buffer, state.Record.Replies.Remember(origin, reply)));
        }

        return reply;
    }
}
