using DmaGrains.Grains.Measuring;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;

namespace DmaGrains.Grains.Buffers;

/// <summary>An export. It first lists the name, then stores the buffer, then asks memory, so that an interruption leaves nothing without an owner.</summary>
/// <param name="state">The state under the buffer's name.</param>
/// <param name="board">The buffer's board.</param>
/// <param name="origin">The requested export.</param>
internal sealed class ExportTurn(BufferState state, BoardAnswers board, BufferExport origin)
{
    /// <summary>The buffer that memory was asked for.</summary>
    private DmaBuffer? _asked;

    /// <summary>Exports.</summary>
    public async Task<DmaResult<DmaReply>> ExportAsync()
    {
        try
        {
            var (reply, isRepeat) = await AnswerAsync();
            if (isRepeat)
            {
                BufferInstruments.Repeated(RememberedKind.Export);
            }
            else
            {
                BufferInstruments.Answered(RememberedKind.Export, reply);
            }

            return reply;
        }
        catch
        {
            BufferInstruments.Failed(RememberedKind.Export);
            throw;
        }
    }

    private async Task<(DmaResult<DmaReply> Reply, bool IsRepeat)> AnswerAsync()
    {
        if (state.Record.Replies.Answer(origin) is { } first)
        {
            await state.ListAgainAsync();
            await state.WithdrawAsync();
            return (first, CommandBatch.IsRepeat(first));
        }

        await state.PayAsync();
        var before = state.Record;
        var step = BufferExports.Begin(before.Buffer, origin, before.NextGeneration);
        if (step.Question is not ExportQuestion.NeedsRegions)
        {
            await state.ListAgainAsync();
        }

        while (step.Question is { } question)
        {
            step = question switch
            {
                ExportQuestion.NeedsRegions ask => ask.Answer(await board.ListAsync(ask.Generation, origin.Exporter, origin.Memory)),
                ExportQuestion.NeedsExporter ask => ask.Answer(await board.DeviceAsync(ask.Name)),
                ExportQuestion.NeedsMemory ask => ask.Answer(await AllocateAsync(ask)),
                _ => throw new InvalidOperationException($"No answer to {question} is known."),
            };
        }

        var reply = step.Decided.TryGetValue(out var buffer) ? await GrantAsync(buffer)
            : _asked is { } asked ? await WithdrawAsync(before, asked, step.Decided.Refusal!)
            : await RefuseAsync(step.Decided.Refusal!);
        return (reply, false);
    }

    /// <summary>
    /// From here on there is a stored buffer to give the pages back. An export that is interrupted here continues from here when it is sent
    /// again.
    /// </summary>
    private async Task<DmaResult<BackingStorage>> AllocateAsync(ExportQuestion.NeedsMemory ask)
    {
        _asked = ask.Buffer;
        if (!ReferenceEquals(ask.Buffer, state.Buffer))
        {
            await state.WriteAsync(state.With(ask.Buffer, state.Record.Replies.ExportedAnew()));
        }

        return await board.Memory.AllocateAsync(ask.Request);
    }

    private async Task<DmaResult<DmaReply>> GrantAsync(DmaBuffer buffer)
    {
        var granted = DmaResult.Grant(DmaReply.Exported);
        var isNew = !ReferenceEquals(buffer, state.Buffer);
        if (isNew || origin.Id is not null)
        {
            var replies = isNew && _asked is null ? state.Record.Replies.ExportedAnew() : state.Record.Replies;
            await state.WriteAsync(state.With(buffer, replies.Remember(origin, granted)), isUntoldExport: origin.Id is null);
        }

        return granted;
    }

    /// <summary>
    /// Memory has no pages: the name stands for what it stood for. The next export uses other generations: a request under this one may
    /// still be in flight.
    /// </summary>
    private async Task<DmaResult<DmaReply>> WithdrawAsync(DmaBufferRecord before, DmaBuffer asked, Refusal refusal)
    {
        var reply = DmaResult.Refuse<DmaReply>(refusal);
        await state.WriteAsync(state.With(
            ReferenceEquals(asked, before.Buffer) ? asked.ExportFailed() : before.Buffer,
            before.Replies.Remember(origin, reply),
            BufferExports.GenerationAfter(asked)));
        await state.WithdrawAsync();
        return reply;
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
