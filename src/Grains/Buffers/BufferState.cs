using System.Collections.Immutable;
using DmaGrains.Grains.Buffers.Debts;
using DmaGrains.Grains.Measuring;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Buffers.History;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Grains.Buffers;

/// <summary>A buffer's stored record, and the payment of what the buffer owes to its board.</summary>
/// <param name="journal">The buffer's journal.</param>
/// <param name="earlier">What earlier builds stored.</param>
/// <param name="board">The buffer's board.</param>
/// <param name="debts">Takes note of debts that could not be paid.</param>
internal sealed class BufferState(BufferJournal journal, EarlierState earlier, BoardAnswers board, BufferDebts debts)
{
    // Not readonly: it is a struct that changes.
    private PendingReplies _pending;

    /// <summary>The record; all of it is durable, except replies to commands that changed nothing, and payments.</summary>
    public DmaBufferRecord Record { get; private set; } = new();

    /// <summary>The buffer; null before its first export.</summary>
    public DmaBuffer? Buffer => Record.Buffer;

    /// <summary>Reads the record, and checks what was stored.</summary>
    public async Task ReadAsync(CancellationToken cancellation)
    {
        if (!await journal.ReadAsync(cancellation) && await earlier.ReadAsync(cancellation) is { } record)
        {
            await journal.ReplaceAsync(record);
            await earlier.ClearAsync();
        }

        journal.Durable.Buffer?.AssertInvariants();
        Record = journal.Durable;
    }

    /// <summary>Replaces the journal by a snapshot before the buffer leaves memory.</summary>
    public Task RestAsync() => journal.HasEntries ? journal.ReplaceAsync(Record) : Task.CompletedTask;

    /// <summary>The record with another buffer and other replies.</summary>
    public DmaBufferRecord With(DmaBuffer? buffer, ReplyTable replies, uint? nextGeneration = null) => new()
    {
        Buffer = buffer,
        Replies = replies,
        NextGeneration = nextGeneration ?? Record.NextGeneration,
    };

    /// <summary>Makes a record durable. When that fails, the old one stands and the activation is dropped.</summary>
    /// <param name="next">The record.</param>
    /// <param name="isUntoldExport">Whether it is that of an export without an id, which no reply tells.</param>
    public Task WriteAsync(DmaBufferRecord next, bool isUntoldExport = false) => WriteAsync(next, new(0, isUntoldExport), pays: false, reply: true);

    /// <summary>The events after one of them, from the last durable state.</summary>
    /// <returns>ENOENT, or EINVAL naming After.</returns>
    public DmaResult<HistoryPage> HistoryAfter(BufferEventId after) =>
        Buffer is null ? DmaResult.Refuse<HistoryPage>(BufferExports.NoBuffer(board.Buffer)) : journal.HistoryAfter(after);

    /// <summary>Waits for the next write, or that long.</summary>
    public Task NextWriteAsync(TimeSpan wait, CancellationToken cancellation) => journal.NextWriteAsync(wait, cancellation);

    /// <summary>Notes a reply that is counted with the next <see cref="CommitAsync{TReply}"/>, or with its failure.</summary>
    /// <param name="kind">The command's kind.</param>
    /// <param name="isRepeat">Whether it is the first reply once more.</param>
    /// <param name="reply">The reply.</param>
    public void Decided(RememberedKind kind, bool isRepeat, in DmaResult<DmaReply> reply) => _pending.Add(kind, isRepeat, reply);

    /// <summary>What was decided is given up before it is written.</summary>
    public void NotCommitted() => _pending.Failed();

    /// <summary>Makes commands durable if they changed anything, and then pays what the buffer owes.</summary>
    /// <param name="batch">The commands.</param>
    /// <param name="reply">What the caller is told then.</param>
    public Task<TReply> CommitAsync<TReply>(in CommandBatch batch, TReply reply)
    {
        var next = With(batch.Buffer, batch.Replies);
        if (batch.ChangesState)
        {
            return WriteAsync(next, new(batch.Unnamed), pays: true, reply);
        }

        // Grants that changed nothing, and payments, are stored with the next change. After a crash, the same pages are given back again.
        Record = next;
        _pending.Sent();
        return next.Buffer is { IsInDebt: true } ? PayAsync(reply) : Task.FromResult(reply);
    }

    /// <summary>Pays what the buffer owes, if anything.</summary>
    public async Task PayAsync()
    {
        if (Buffer is not { IsInDebt: true } owing)
        {
            return;
        }

        try
        {
            await board.PayAsync(owing);
        }
        catch
        {
            debts.Add(board.Board, board.Buffer);
            throw;
        }

        Record = With(owing.Settled(), Record.Replies);
    }

    private async Task<TReply> WriteAsync<TReply>(DmaBufferRecord next, Told told, bool pays, TReply reply)
    {
        try
        {
            await journal.BeginAsync(next, told);
        }
        catch (Exception fault)
        {
            _pending.Failed();
            if (next.Buffer is { IsInDebt: true })
            {
                // The write may have been stored; then the debt is due.
                debts.Add(board.Board, board.Buffer);
            }

            journal.Fail(fault);
            throw;
        }

        journal.End();
        _pending.Sent();
        if (next.Buffer is { } buffer)
        {
            BufferInstruments.Changed(Buffer, buffer);
        }

        Record = next;
        if (pays && next.Buffer is { IsInDebt: true })
        {
            await PayAsync();
        }

        return reply;
    }

    private async Task<TReply> PayAsync<TReply>(TReply reply)
    {
        await PayAsync();
        return reply;
    }

    /// <summary>Pays what the buffer owes, and takes back what an export may have left behind when memory refused it.</summary>
    public async Task SettleAsync()
    {
        await PayAsync();
        await WithdrawAsync();
    }

    /// <summary>Adds a living buffer's name to its board's listing if it is missing.</summary>
    public async Task ListAgainAsync()
    {
        if (Buffer is { IsReleasedByAll: false } living)
        {
            await board.ListAsync(living.Generation);
        }
    }

    /// <summary>
    /// Takes back the name of an export that memory refused, and what a late request may have got. The refusal was stored before, so this
    /// can be repeated when interrupted.
    /// </summary>
    public async Task WithdrawAsync()
    {
        if (Record is { NextGeneration: >= BufferExports.GenerationsOfExport and var next, Buffer: null or { IsReleasedByAll: true } })
        {
            var generation = next - BufferExports.GenerationsOfExport;
            await board.FreeAsync(new(board.Buffer, generation));
            await board.UnlistAsync(generation);
        }
    }

    /// <summary>Gives back what is held under the buffer's name but not used, and makes the board list the buffer if and only if it is alive.</summary>
    /// <param name="pages">The pages that the board's memory holds under its name.</param>
    /// <param name="mappings">The mappings that the board's MMUs and bounce pool hold under its name.</param>
    public async Task<BufferRepair> RepairAsync(ImmutableArray<AllocationToken> pages, ImmutableArray<MapToken> mappings)
    {
        var hasPaid = Buffer is { IsInDebt: true };
        await SettleAsync();
        var isAlive = Buffer is { IsReleasedByAll: false };
        var listed = BufferExports.GenerationOf(Buffer, Record.NextGeneration);
        if (!isAlive)
        {
            // An interrupted export may have listed the name under the next generation, and pages may be held under others. None of these generations may be
            // reused.
            var used = pages.Select(token => token.Generation).Append(listed).Max();
            await WriteAsync(With(Buffer, Record.Replies, used + BufferExports.GenerationsOfExport));
        }

        var mapped = HeldInVain.Mappings(Buffer, mappings);
        await board.UnmapAsync(mapped);
        var freed = HeldInVain.Pages(Buffer, pages);
        foreach (var token in freed)
        {
            await board.FreeAsync(token);
        }

        await (isAlive ? ListAgainAsync() : board.UnlistAsync(listed));
        return new(isAlive, hasPaid, freed, mapped);
    }
}
