using System.Collections.Immutable;
using DmaGrains.Grains.Buffers.Debts;
using DmaGrains.Grains.Devices;
using DmaGrains.Grains.Measuring;
using DmaGrains.Grains.Storage;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Buffers.History;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;
using DmaGrains.Storage;
using Microsoft.Extensions.Logging;
using Orleans.Serialization;

namespace DmaGrains.Grains.Buffers;

/// <summary>Carries out a buffer's commands one at a time and makes each durable before it replies.</summary>
[GrainType("dma-buffer")]
internal sealed class DmaBufferGrain : Grain, IDmaBufferForGrains
{
    private readonly BoardAnswers _board;
    private readonly BufferState _state;
    private readonly ILogger _logger;

    public DmaBufferGrain(
        Journals journals,
        Serializer serializer,
        DeviceCache facts,
        BufferDebts debts,
        TimeProvider time,
        ILogger<DmaBufferGrain> logger)
    {
        var key = this.GetPrimaryKeyString();
        _logger = logger;
        _board = new(GrainKeys.BoardOf(key), GrainKeys.NameOf(key), GrainFactory, facts);
        var journal = journals.Of(StorageNames.Default, GrainContext.GrainId, DmaBufferRecord.StateName);
        _state = new(new(journal, serializer, time, DeactivateOnIdle), new(GrainContext, journal), _board, debts);
    }

    private string Name => _board.Buffer;

    private Refusal NoBuffer => BufferExports.NoBuffer(Name);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await _state.ReadAsync(cancellationToken);
        try
        {
            await _state.SettleAsync();
        }
        catch (Exception)
        {
            // Payment is tried again later; callers that only read need not wait for it.
        }

        Activations.Buffers.Began();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Activations.Buffers.Ended();
        if (reason.ReasonCode == DeactivationReasonCode.ActivationIdle)
        {
            await _state.RestAsync();
        }
    }

    public async Task<DmaResult<DmaReply>> ExportAsync(BufferExport origin, CancellationToken cancellationToken) => Logged(
        BufferExports.CheckFor(Name, origin) is { } malformed
            ? Answered(RememberedKind.Export, DmaResult.Refuse<DmaReply>(malformed))
            : await new ExportTurn(_state, _board, origin).ExportAsync());

    public Task<DmaResult<DmaReply>> ExecuteAsync(DmaCommand command, CancellationToken cancellationToken)
    {
        if (command is null)
        {
            return Task.FromResult(RefuseAll(_state.Buffer is null ? NoBuffer : CommandBatch.CommandIsNull(1)));
        }

        if (_state.Buffer is not { } buffer)
        {
            return Task.FromResult(Answered(command.Kind, Refuse(NoBuffer)));
        }

        var batch = new CommandBatch(buffer, _state.Record.Replies, command.Id);
        if (batch.Replies.Answer(command) is { } first)
        {
            _state.Decided(command.Kind, CommandBatch.IsRepeat(first), first);
            return _state.CommitAsync(batch, Logged(first));
        }

        // Usually no other grain is asked.
        var decided = _board.DecideAsync(buffer.Begin(command), cancellationToken);
        return decided.IsCompletedSuccessfully ? CommitAsync(batch, command, decided.Result) : CommitAsync(batch, command, decided);
    }

    public async Task<ImmutableArray<DmaResult<DmaReply>>> ExecuteAsync(
        ImmutableArray<DmaCommand> commands, bool goOn, CancellationToken cancellationToken)
    {
        if (commands is { IsDefault: false, IsEmpty: true })
        {
            return [];
        }

        if ((commands.IsDefault ? Refusal.Null("Commands") : _state.Buffer is null ? NoBuffer : CommandBatch.Check(commands)) is { } refusal)
        {
            return [RefuseAll(refusal)];
        }

        try
        {
            return await CarryOutAsync(commands, goOn, cancellationToken);
        }
        catch
        {
            _state.NotCommitted();
            throw;
        }
    }

    public async Task<DmaResult<DmaReply>> TestMapAttachmentAsync(
        string attachment, DmaDirection direction, MapOptions options, CancellationToken cancellationToken)
    {
        var reply = _state.Buffer is { } buffer
            ? (await _board.DecideAsync(buffer.BeginTestMap(attachment, direction, options), cancellationToken)).Reply
            : Refuse(NoBuffer);
        BufferInstruments.AnsweredTest(reply);
        return reply;
    }

    public Task<DmaResult<DmaConstraints>> GetConstraintsAsync(CancellationToken cancellationToken) => Task.FromResult(
        _state.Buffer is { } buffer ? DmaResult.Grant(buffer.Constraints) : DmaResult.Refuse<DmaConstraints>(NoBuffer));

    public async Task<DmaResult<RecalculatedUnion>> RecalcConstraintsAsync(CancellationToken cancellationToken)
    {
        if (_state.Buffer is not { } buffer)
        {
            return DmaResult.Refuse<RecalculatedUnion>(NoBuffer);
        }

        return buffer.Recalculate(await _board.DevicesAsync(buffer.ImportingDevices, cancellationToken));
    }

    public Task<DmaResult<DmaBuffer>> DescribeAsync(CancellationToken cancellationToken) => Task.FromResult(
        _state.Buffer is { } buffer ? DmaResult.Grant(buffer) : DmaResult.Refuse<DmaBuffer>(NoBuffer));

    public async Task<DmaResult<HistoryPage>> HistoryAsync(BufferEventId after, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (HistoryPage.CheckWait(wait) is { } refusal)
        {
            return DmaResult.Refuse<HistoryPage>(refusal);
        }

        var history = _state.HistoryAfter(after);
        if (wait == TimeSpan.Zero || !history.TryGetValue(out var page) || !page.Events.IsEmpty || page.HasGap)
        {
            return history;
        }

        await _state.NextWriteAsync(wait, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return _state.HistoryAfter(after);
    }

    public Task SettleAsync(CancellationToken cancellationToken) => _state.SettleAsync();

    public async Task<DmaResult<BufferRepair>> RepairAsync(
        ImmutableArray<AllocationToken> pages, ImmutableArray<MapToken> mappings, CancellationToken cancellationToken) =>
        HeldInVain.Check(Name, pages, mappings) is { } malformed
            ? DmaResult.Refuse<BufferRepair>(malformed)
            : DmaResult.Grant(await _state.RepairAsync(pages, mappings));

    private async Task<ImmutableArray<DmaResult<DmaReply>>> CarryOutAsync(
        ImmutableArray<DmaCommand> commands, bool goOn, CancellationToken cancellationToken)
    {
        var batch = new CommandBatch(_state.Buffer!, _state.Record.Replies, commands[0].Id);
        var replies = ImmutableArray.CreateBuilder<DmaResult<DmaReply>>(commands.Length);
        foreach (var command in commands)
        {
            if (batch.Buffer.MustSettleBefore(command))
            {
                batch = await CommitAsync(batch);
            }

            var answered = batch.Replies.Answer(command);
            if (answered is { } first)
            {
                _state.Decided(command.Kind, CommandBatch.IsRepeat(first), first);
            }
            else
            {
                var cancellation = batch.ChangesState ? CancellationToken.None : cancellationToken;
                var decided = await _board.DecideAsync(batch.Buffer.Begin(command), cancellation);
                batch = batch.With(command, replies.Count, decided);
                answered = decided.Reply;
                _state.Decided(command.Kind, isRepeat: false, decided.Reply);
            }

            var reply = Logged(answered.Value);
            replies.Add(reply);

            // A request that came too late (ESTALE) ends the batch.
            if (reply.Refusal is { } refused && (!goOn || refused.Errno == Errno.ESTALE))
            {
                break;
            }

            if (batch.Buffer.MustSettleSince(_state.Buffer!))
            {
                batch = await CommitAsync(batch);
            }
        }

        return await _state.CommitAsync(batch, replies.ToImmutable());

        async Task<CommandBatch> CommitAsync(CommandBatch part)
        {
            await _state.CommitAsync(part, true);
            return new(_state.Buffer!, _state.Record.Replies, commands[0].Id);
        }
    }

    private async Task<DmaResult<DmaReply>> CommitAsync(CommandBatch batch, DmaCommand command, ValueTask<Transition> deciding)
    {
        Transition decided;
        try
        {
            decided = await deciding;
        }
        catch
        {
            BufferInstruments.Failed(command.Kind);
            throw;
        }

        return await CommitAsync(batch, command, decided);
    }

    private Task<DmaResult<DmaReply>> CommitAsync(in CommandBatch batch, DmaCommand command, in Transition decided)
    {
        _state.Decided(command.Kind, isRepeat: false, decided.Reply);
        return _state.CommitAsync(batch.With(command, place: 0, decided), Logged(decided.Reply));
    }

    private static DmaResult<DmaReply> Answered(RememberedKind kind, DmaResult<DmaReply> reply)
    {
        BufferInstruments.Answered(kind, reply);
        return reply;
    }

    private DmaResult<DmaReply> RefuseAll(Refusal refusal)
    {
        BufferInstruments.RefusedAll(refusal);
        return Refuse(refusal);
    }

    private DmaResult<DmaReply> Refuse(Refusal refusal) => Logged(DmaResult.Refuse<DmaReply>(refusal));

    private DmaResult<DmaReply> Logged(DmaResult<DmaReply> reply)
    {
        if (reply.Refusal is { } refusal)
        {
            _logger.LogRefused(_board.Board, Name, refusal.Errno, refusal.Reason);
        }

        return reply;
    }
}
