using System.Collections.Immutable;
using DmaGrains.Grains.Buffers.Debts;
using DmaGrains.Grains.Devices;
using DmaGrains.Grains.Storage;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Translation;
using Microsoft.Extensions.Logging;

namespace DmaGrains.Grains.Buffers;

/// <summary>Carries out a buffer's commands one at a time and makes each durable before it replies.</summary>
[GrainType("dma-buffer")]
internal sealed partial class DmaBufferGrain(
    [PersistentState(DmaBufferRecord.StateName, StorageNames.Default)] IPersistentState<DmaBufferRecord> storage,
    DeviceFacts facts,
    BufferDebts debts,
    ILogger<DmaBufferGrain> logger) : Grain, IDmaBufferGrain
{
    private string? _board;
    private string? _name;

    private StoredLists? _lists;

    // Orleans keeps the key as bytes; its text is created once.
    private string Board => _board ??= GrainKeys.BoardOf(this.GetPrimaryKeyString());

    private StoredLists Lists => _lists ??= new(GrainContext, DeactivateOnIdle);

    private string Name => _name ??= GrainKeys.NameOf(this.GetPrimaryKeyString());

    private Refusal NoBuffer => BufferExports.NoBuffer(Name);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (storage.State is { Importers: not null } or { Mappings: not null })
        {
            var buffer = await Lists.ReadAsync(storage);
            storage.State = With(buffer, storage.State.Replies);
        }

        storage.State.Buffer?.AssertInvariants();
        try
        {
            await SettleAsync();
        }
        catch (Exception)
        {
            // It is tried again; callers that only read need not wait for that.
        }
    }

    public async Task<DmaResult<DmaReply>> ExportAsync(BufferExport origin)
    {
        if (origin is null)
        {
            return Refuse(Refusal.Null(nameof(origin)));
        }

        if (origin.Name != Name)
        {
            return Refuse(Refusal.Of(
                Errno.EINVAL, "Name", $"This grain is the buffer {Name}, not {ModelName.Quoted(origin.Name)}."));
        }

        if (origin.Check() is { } malformed)
        {
            return Refuse(malformed);
        }

        if (storage.State.Replies.Answer(origin) is { } first)
        {
            await ListAgainAsync();
            await WithdrawAsync();
            return first.IsGranted ? first : Refuse(first.Refusal!);
        }

        var existing = await SettleAsync(storage.State.Buffer);
        var exporterIsKnown = true;
        ImmutableArray<MemoryRegionLayout> regions = [];
        if (existing?.Origin != origin)
        {
            var generation = BufferExports.GenerationOf(existing, storage.State.NextGeneration);
            var added = await GrainFactory.GetBoard(Board).AddBufferAsync(Name, generation, origin.Exporter, origin.Memory);
            if (added.Refusal is { } refusal && refusal.Errno != Errno.ENODEV)
            {
                return await RefuseExportAsync(origin, refusal);
            }

            exporterIsKnown = added.IsGranted;
            regions = added.IsGranted ? added.Value : [];
        }
        else
        {
            await ListAgainAsync();
        }

        var exporter = exporterIsKnown && origin is { Exporter: { } name, Policy.Lists: ListSharing.Exporters }
            ? await DeviceAsync(name)
            : null;
        var exported = BufferExports.Export(
            existing, origin, exporterIsKnown, regions, exporter, storage.State.NextGeneration);
        if (!exported.TryGetValue(out var buffer))
        {
            return await RefuseExportAsync(origin, exported.Refusal!);
        }

        var before = storage.State;
        var isNew = !ReferenceEquals(buffer, existing);
        var replies = isNew ? before.Replies.ExportedAnew() : before.Replies;
        var granted = DmaResult.Grant(DmaReply.Exported);
        if (buffer.AllocationAtExport is not { } request)
        {
            if (isNew || origin.Id is not null)
            {
                await WriteAsync(With(buffer, replies.Remember(origin, granted)));
            }

            return granted;
        }

        if (isNew)
        {
            await WriteAsync(With(buffer, replies));
        }

        // The buffer is written first: whatever happens next, there is a buffer to give the pages back. An export that is interrupted
        // here continues from here when it is sent again.
        var allocation = await GrainFactory.GetMemory(Board).AllocateAsync(request);
        if (!allocation.TryGetValue(out var allocated))
        {
            // No generation is used twice: a request under this one may still be on its way.
            var refused = Refuse(allocation.Refusal!);
            var none = With(
                isNew ? before.Buffer : buffer.Gone(), before.Replies.Remember(origin, refused), BufferExports.GenerationAfter(buffer));
            await storage.WriteAsync(none, DeactivateOnIdle);
            await WithdrawAsync();
            return refused;
        }

        await WriteAsync(With(buffer.ExportedWith(allocated), replies.Remember(origin, granted)));
        return granted;
    }

    public async Task<DmaResult<DmaReply>> ExecuteAsync(DmaCommand command)
    {
        if (storage.State.Buffer is not { } buffer)
        {
            return Refuse(NoBuffer);
        }

        if (command is null)
        {
            return Refuse(CommandIsNull(1));
        }

        var turn = NewTurn(buffer);
        var reply = await StepAsync(turn, command, place: 0, command.Id);
        await CommitAsync(turn);
        return reply;
    }

    public async Task<DmaResult<DmaReply>> TestMapAttachmentAsync(
        string attachment, DmaDirection direction, MapOptions options)
    {
        if (storage.State.Buffer is not { } buffer)
        {
            return Refuse(NoBuffer);
        }

        var command = buffer.TestMap(attachment, direction, options);
        DmaResult<BackingStorage>? allocation = buffer.AllocationFor(command) is { } request
            ? await GrainFactory.GetMemory(Board).TestAllocateAsync(request)
            : null;
        DmaResult<DmaMapped>? mapped = buffer.TranslationFor(command, allocation) is { } mapRequest
            ? await GrainFactory.GetTranslation(Board).TestMapAsync(mapRequest)
            : null;
        return buffer.Apply(command, null, allocation, mapped).Reply;
    }

    public async Task<ImmutableArray<DmaResult<DmaReply>>> ExecuteAsync(
        ImmutableArray<DmaCommand> commands, bool goOn)
    {
        if (commands.IsDefault)
        {
            return [Refuse(Refusal.Null("Commands"))];
        }

        if (commands.IsEmpty)
        {
            return [];
        }

        if (storage.State.Buffer is null)
        {
            return [Refuse(NoBuffer)];
        }

        if (Check(commands) is { } refusal)
        {
            return [Refuse(refusal)];
        }

        var turn = NewTurn(storage.State.Buffer);
        var replies = ImmutableArray.CreateBuilder<DmaResult<DmaReply>>(commands.Length);
        foreach (var command in commands)
        {
            if (!turn.Buffer.Unmapped.IsEmpty && turn.Buffer.MapsOrTries(command))
            {
                // Addresses of earlier unmaps must be free for this map, as if the commands were sent one by one.
                await CommitAsync(turn);
                turn = NewTurn(storage.State.Buffer);
            }

            var reply = await StepAsync(turn, command, replies.Count, commands[0].Id);
            replies.Add(reply);

            // A request that came too late is refused as a whole.
            if (reply.Refusal is { } refused && (!goOn || refused.Errno == Errno.ESTALE))
            {
                break;
            }

            if (turn.Buffer.Generation != storage.State.Buffer.Generation)
            {
                // Storage has moved: a second move before a write would leave pages that no state names.
                await CommitAsync(turn);
                turn = NewTurn(storage.State.Buffer);
            }
        }

        await CommitAsync(turn);
        return replies.ToImmutable();
    }

    public Task<DmaResult<DmaConstraints>> GetConstraintsAsync() => Task.FromResult(
        storage.State.Buffer is { } buffer
            ? DmaResult.Grant(buffer.Constraints)
            : DmaResult.Refuse<DmaConstraints>(NoBuffer));

    public async Task<DmaResult<RecalculatedUnion>> RecalcConstraintsAsync()
    {
        if (storage.State.Buffer is not { } buffer)
        {
            return DmaResult.Refuse<RecalculatedUnion>(NoBuffer);
        }

        var current = await ImportersAsync(buffer);
        return buffer.Recalculate(device => current.TryGetValue(device, out var known)
            ? buffer.Policy.DemandOf(known, buffer.Origin.ReadWith)
            : null);
    }

    public Task<DmaResult<DmaBuffer>> DescribeAsync() => Task.FromResult(
        storage.State.Buffer is { } buffer
            ? DmaResult.Grant(buffer)
            : DmaResult.Refuse<DmaBuffer>(NoBuffer));

    public async Task SettleAsync()
    {
        if (storage.State.Buffer is { IsInDebt: true } owing)
        {
            storage.State = With(await SettleAsync(owing), storage.State.Replies);
        }

        await WithdrawAsync();
    }

    public async Task<DmaResult<BufferRepair>> RepairAsync(ImmutableArray<AllocationToken> pages, ImmutableArray<MapToken> mappings)
    {
        if (HeldInVain.Check(Name, pages, mappings) is { } malformed)
        {
            return DmaResult.Refuse<BufferRepair>(malformed);
        }

        var hasPaid = storage.State.Buffer is { IsInDebt: true };
        await SettleAsync();
        var buffer = storage.State.Buffer;
        var isAlive = buffer is { IsGone: false };
        var listed = BufferExports.GenerationOf(buffer, storage.State.NextGeneration);
        if (!isAlive)
        {
            // An interrupted export may have listed the name under the next generation, and pages may be held under others: none of these
            // generations is used again.
            var used = pages.Select(token => token.Generation).Append(listed).Max();
            await storage.WriteAsync(With(buffer, storage.State.Replies, used + 2), DeactivateOnIdle);
        }

        var mapped = HeldInVain.Mappings(buffer, mappings);
        Invariant.Holds(await GrainFactory.GetTranslation(Board).UnmapAsync(mapped) is null);
        var freed = HeldInVain.Pages(buffer, pages);
        foreach (var token in freed)
        {
            Invariant.Holds(await GrainFactory.GetMemory(Board).FreeAsync(token) is null);
        }

        if (isAlive)
        {
            await ListAgainAsync();
        }
        else
        {
            Invariant.Holds(await GrainFactory.GetBoard(Board).RemoveBufferAsync(Name, listed) is null);
        }

        return DmaResult.Grant(new BufferRepair(isAlive, hasPaid, freed, mapped));
    }

    private BufferTurn NewTurn(DmaBuffer buffer) => new(buffer, storage.State.Replies);

    /// <summary>Fetches the facts that the command needs, then lets the model decide.</summary>
    private async Task<DmaResult<DmaReply>> StepAsync(BufferTurn turn, DmaCommand command, int place, CommandId? first)
    {
        if (turn.Replies.Answer(command) is { } answered)
        {
            return answered.IsGranted ? answered : Refuse(answered.Refusal!);
        }

        var device = command is DmaCommand.Attach attach ? await DeviceAsync(attach.Device) : null;
        if (turn.Buffer.TrialOf(command, device) is { } trial && await TryAsync(trial) is { } tried)
        {
            var refused = turn.Apply(command, place, first, device, null, tried, null);
            return Refuse(refused.Refusal!);
        }

        DmaResult<BackingStorage>? allocation = null;
        if (turn.Buffer.AllocationFor(command, device) is { } request)
        {
            allocation = await GrainFactory.GetMemory(Board).AllocateAsync(request);
        }

        var mapped = await TranslateAsync(turn.Buffer, command, allocation);
        var devices = turn.Buffer.RereadsDevices(command) ? await ImportersAsync(turn.Buffer) : null;
        var reply = turn.Apply(command, place, first, device, allocation, mapped, devices);
        return reply.IsGranted ? reply : Refuse(reply.Refusal!);
    }

    /// <summary>The refusal of a tried map, for an attach; memory and MMUs are only asked what they would give.</summary>
    private async ValueTask<DmaResult<DmaMapped>?> TryAsync(AttachTrial trial)
    {
        DmaResult<BackingStorage>? allocation = trial.Allocation is { } request
            ? await GrainFactory.GetMemory(Board).TestAllocateAsync(request)
            : null;
        DmaResult<DmaMapped>? mapped = trial.TranslationFor(allocation) is { } map
            ? await GrainFactory.GetTranslation(Board).TestMapAsync(map)
            : null;
        return trial.Answer(allocation, mapped);
    }

    /// <summary>The importing devices as they are now; devices that are no longer on the board are missing.</summary>
    private async Task<Dictionary<string, Device>> ImportersAsync(DmaBuffer buffer)
    {
        var importers = new Dictionary<string, Device>();
        foreach (var device in buffer.Attachments.Select(attachment => attachment.Device).Distinct())
        {
            if (await AskAsync(device) is { } known)
            {
                importers[device] = known;
            }
        }

        return importers;
    }

    /// <summary>The answer of the board's MMUs and bounce pool to a command; null when there is nothing to ask.</summary>
    private async ValueTask<DmaResult<DmaMapped>?> TranslateAsync(
        DmaBuffer buffer, DmaCommand command, DmaResult<BackingStorage>? allocation)
    {
        if (buffer.TranslationFor(command, allocation) is { } request)
        {
            return await GrainFactory.GetTranslation(Board).MapAsync(request);
        }

        return buffer.ContextCheckFor(command) is { } token
            && await GrainFactory.GetTranslation(Board).CheckUnmapAsync(token) is { } refusal
                ? DmaResult.Refuse<DmaMapped>(refusal)
                : null;
    }

    /// <summary>A device of the board, asked once for all buffers of the silo; null when the board has none of that name.</summary>
    private ValueTask<Device?> DeviceAsync(string device) =>
        !ModelName.IsValid(device) ? new((Device?)null)
        : facts.Find(Board, device) is { } known ? new(known)
        : new(AskAsync(device));

    private async Task<Device?> AskAsync(string device)
    {
        var changes = facts.Changes;
        var answer = await GrainFactory.GetDevice(Board, device).GetAsync();
        if (!answer.TryGetValue(out var known))
        {
            // Unknown devices are not cached: the cache never has more devices than the boards.
            return null;
        }

        facts.Keep(Board, known, changes);
        return known;
    }

    private async Task CommitAsync(BufferTurn turn)
    {
        var next = With(turn.Buffer, turn.Replies);
        if (turn.ChangesState)
        {
            await WriteAsync(next);
        }

        // A grant that changed nothing is remembered with the next change; after a crash, pages are given back again.
        storage.State = turn.Buffer.IsInDebt
            ? With(await SettleAsync(turn.Buffer), next.Replies)
            : next;
    }

    /// <summary>Gives back the pages that a buffer owes, and its name when it is gone.</summary>
    private async Task<DmaBuffer?> SettleAsync(DmaBuffer? buffer)
    {
        if (buffer is null || !buffer.IsInDebt)
        {
            return buffer;
        }

        try
        {
            await PayAsync(buffer);
        }
        catch
        {
            debts.Add(Board, Name);
            throw;
        }

        return buffer.Freed();
    }

    private async Task PayAsync(DmaBuffer buffer)
    {
        // First: no device may reach pages that already belong to another buffer.
        if (buffer.OwesAllMappings)
        {
            Invariant.Holds(await GrainFactory.GetTranslation(Board).UnmapAllAsync(Name, buffer.NextMapping) is null);
        }
        else if (buffer.OwedMappings is { IsEmpty: false } mappings)
        {
            Invariant.Holds(await GrainFactory.GetTranslation(Board).UnmapAsync(mappings) is null);
        }

        foreach (var token in buffer.OwedTokens)
        {
            Invariant.Holds(await GrainFactory.GetMemory(Board).FreeAsync(token) is null);
        }

        if (buffer.IsGone)
        {
            Invariant.Holds(await GrainFactory.GetBoard(Board).RemoveBufferAsync(Name, buffer.Generation) is null);
        }
    }

    /// <summary>Adds a living buffer's name to its board's listing if it is missing.</summary>
    private async Task ListAgainAsync()
    {
        if (storage.State.Buffer is { IsGone: false } living)
        {
            await GrainFactory.GetBoard(Board).AddBufferAsync(Name, living.Generation, null, default);
        }
    }

    /// <summary>
    /// Takes back the name of an export that memory refused, and what a late request may have got. Again when that was interrupted: the refusal
    /// was stored before it.
    /// </summary>
    private async Task WithdrawAsync()
    {
        if (storage.State is { NextGeneration: >= BufferExports.GenerationsOfExport and var next, Buffer: null or { IsGone: true } })
        {
            var generation = next - BufferExports.GenerationsOfExport;
            Invariant.Holds(await GrainFactory.GetMemory(Board).FreeAsync(new(Name, generation)) is null);
            Invariant.Holds(await GrainFactory.GetBoard(Board).RemoveBufferAsync(Name, generation) is null);
        }
    }

    private DmaBufferRecord With(DmaBuffer? buffer, ReplyTable replies, uint? nextGeneration = null) => new()
    {
        Buffer = buffer,
        Replies = replies,
        NextGeneration = nextGeneration ?? storage.State.NextGeneration,
    };

    private async Task WriteAsync(DmaBufferRecord next)
    {
        try
        {
            await Lists.WriteAsync(storage, next);
        }
        catch when (next.Buffer!.IsInDebt)
        {
            // It may have been stored, and then the debt is due.
            debts.Add(Board, Name);
            throw;
        }
    }

    private DmaResult<DmaReply> Refuse(Refusal refusal)
    {
        LogRefused(Board, Name, refusal.Errno, refusal.Reason);
        return DmaResult.Refuse<DmaReply>(refusal);
    }

    /// <summary>Refuses an export; under a name that was never exported the refusal is not remembered.</summary>
    private async Task<DmaResult<DmaReply>> RefuseExportAsync(BufferExport origin, Refusal refusal)
    {
        var reply = Refuse(refusal);
        if (origin.Id is not null && storage.State.Buffer is { } buffer)
        {
            await WriteAsync(With(buffer, storage.State.Replies.Remember(origin, reply)));
        }

        return reply;
    }

    /// <summary>Null when the commands can be one batch.</summary>
    private static Refusal? Check(ImmutableArray<DmaCommand> commands) =>
        commands.Length > IDmaBufferGrain.BatchMax ? BatchTooLong(commands.Length)
        : commands.IndexOf(null!) is >= 0 and var missing ? CommandIsNull(missing + 1)
        : ReplyTable.Check(commands);

    private static Refusal CommandIsNull(int number) =>
        Refusal.Of(Errno.EINVAL, "Command", $"Command {number} is null: expected a command.");

    private static Refusal BatchTooLong(int length) => new(
        Errno.ENOSPC, null, "Commands", (ulong)length, IDmaBufferGrain.BatchMax,
        $"A batch of {length} commands: expected at most {IDmaBufferGrain.BatchMax}.");

    [LoggerMessage(Level = LogLevel.Information, Message = "{Board}/{Buffer} refused with {Errno}: {Reason}")]
    private partial void LogRefused(string board, string buffer, Errno errno, string reason);
}
