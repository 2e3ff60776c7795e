using System.Collections.Immutable;
using DmaGrains.Grains.Boards.Names;
using DmaGrains.Grains.Devices;
using DmaGrains.Grains.Storage;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Grains.Boards;

/// <summary>Stores a board's definition, sets up its memory and devices, and finds the buckets of its buffers' names.</summary>
[GrainType("dma-board")]
internal sealed class BoardGrain(
    [PersistentState("board", StorageNames.Default)] IPersistentState<BoardRecord> storage,
    [PersistentState("name-buckets", StorageNames.Default)] IPersistentState<NameBucketsRecord> nameStorage,
    DeviceCacheClient facts) : Grain, IBoardForGrains
{
    // The number of writes in flight together; storage groups them.
    private const int DevicesAtOnce = 64;

    private readonly HashSet<Task> _adding = [];

    // The stored state: interleaving calls do not see a write in progress.
    private BoardSetUp _board = BoardSetUp.None;
    private NameBuckets _names = null!;

    // A set-up or removal in progress; new names wait for its end.
    private Task? _change;

    private string Name => GrainKeys.NameOf(this.GetPrimaryKeyString());

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _board = storage.State.SetUp;
        _names = new(GrainFactory, Name, nameStorage, DeactivateOnIdle);
        return Task.CompletedTask;
    }

    public async Task<DmaResult<BoardDefinition>> DefineAsync(BoardDefinition definition, CancellationToken cancellationToken)
    {
        if (Check(definition) is { } malformed)
        {
            return DmaResult.Refuse<BoardDefinition>(malformed);
        }

        var defined = _board.Define(definition);
        return !defined.TryGetValue(out var next) ? DmaResult.Refuse<BoardDefinition>(defined.Refusal!)
            : next.Stage == BoardStage.SetUp ? Answer(definition, await ListAsync(next))
            : Answer(definition, await AloneAsync(() => SetUpAsync(next, cancellationToken), cancellationToken));
    }

    public async Task<DmaResult<BoardDefinition>> ReplaceAsync(BoardDefinition definition, CancellationToken cancellationToken) =>
        Check(definition) is { } malformed
            ? DmaResult.Refuse<BoardDefinition>(malformed)
            : Answer(definition, await AloneAsync(async () =>
            {
                var holder = _board.LaysOutAnew(definition) ? await FindHolderAsync(cancellationToken) : null;
                var replaced = _board.Replace(definition, holder);
                return replaced.TryGetValue(out var next) ? await SetUpAsync(next, cancellationToken) : replaced.Refusal;
            }, cancellationToken));

    public Task<Refusal?> RemoveAsync(CancellationToken cancellationToken) => AloneAsync(async () =>
    {
        var removed = _board.Remove(Name, await FindHolderAsync(cancellationToken));
        if (!removed.TryGetValue(out var next))
        {
            return removed.Refusal;
        }

        if (next.Definition is not null)
        {
            await WriteAsync(next);
            if (await LayOutAsync([], [], null, []) is { } held)
            {
                return held;
            }

            await ForgetAsync(next.Before, [], cancellationToken);
            Invariant.Holds(await GrainFactory.BoardsForGrains().RemoveAsync(Name, next.Generation) is null);
            await WriteAsync(next.Gone());
        }

        return null;
    }, cancellationToken);

    public Task<DmaResult<BoardDefinition>> GetAsync(CancellationToken cancellationToken) => Task.FromResult(
        _board.NotThere(Name) is { } refusal
            ? DmaResult.Refuse<BoardDefinition>(refusal)
            : DmaResult.Grant(_board.Definition!));

    public async Task<DmaResult<Device>> SetDeviceAsync(Device device, CancellationToken cancellationToken)
    {
        if (device is null)
        {
            return DmaResult.Refuse<Device>(Refusal.Null(nameof(device)));
        }

        // An interrupted definition is completed first: its caller may never send it again.
        if (_board is { Stage: BoardStage.BeingSetUp } && await AloneAsync(() => SetUpAsync(_board, cancellationToken), cancellationToken) is { } unfinished)
        {
            return DmaResult.Refuse<Device>(unfinished);
        }

        var set = _board.SetDevice(Name, device);
        if (!set.TryGetValue(out var next))
        {
            return DmaResult.Refuse<Device>(set.Refusal!);
        }

        // A write through another grain is never cancelled: it could arrive there after a later change.
        var registered = await GrainFactory.DeviceForGrains(Name, device.Name).RegisterAsync(device, CancellationToken.None);
        if (registered.IsGranted)
        {
            // Even if nothing changes here: an earlier attempt may have failed before all silos knew.
            await facts.ForgetAsync(Name, [device.Name]);
            await WriteAsync(next);
        }

        return registered;
    }

    public async Task<Refusal?> SwitchContextAsync(string device, uint context, CancellationToken cancellationToken)
    {
        if (device is null)
        {
            return Refusal.Null(nameof(device));
        }

        if (_board.NotThere(Name) is { } notThere)
        {
            return notThere;
        }

        var known = _board.Definition!.Devices.FirstOrDefault(other => other.Name == device);
        return BoardDefinition.ContextStageOf(device, known) is var stage && stage.TryGetValue(out var name)
            ? await GrainFactory.TranslationForGrains(Name).SwitchContextAsync(name, context, CancellationToken.None)
            : stage.Refusal;
    }

    public async Task<DmaResult<ImmutableArray<MemoryRegionLayout>>> AddBufferAsync(
        string buffer, uint generation, string? exporter, NameList memory, CancellationToken cancellationToken)
    {
        if ((ModelName.Check(buffer, "Buffer") ?? (exporter is null ? null : ModelName.Check(exporter, "Exporter")) ?? NamedRegions.Check(memory)) is { } malformed)
        {
            return DmaResult.Refuse<ImmutableArray<MemoryRegionLayout>>(malformed);
        }

        while (_change is { } change)
        {
            await change.WaitAsync(cancellationToken);
        }

        if (_board.NotThere(Name) is { } notThere)
        {
            return DmaResult.Refuse<ImmutableArray<MemoryRegionLayout>>(notThere);
        }

        var definition = _board.Definition!;
        var device = exporter is null ? null : definition.Devices.FirstOrDefault(known => known.Name == exporter);
        var regions = BufferExports.Authorize(definition.Memory, buffer, exporter, device, memory);
        return regions.IsGranted && await AddNameAsync(new(buffer, generation)) is { } refusal
            ? DmaResult.Refuse<ImmutableArray<MemoryRegionLayout>>(refusal)
            : regions;
    }

    public Task<Refusal?> RemoveBufferAsync(string buffer, uint generation, CancellationToken cancellationToken) =>
        _names.RemoveAsync(new(buffer, generation));

    public Task<DmaResult<NamePage>> ListBuffersAsync(string cursor, int count, CancellationToken cancellationToken) =>
        _names.ListAsync(cursor, count, cancellationToken);

    private static DmaResult<BoardDefinition> Answer(BoardDefinition definition, Refusal? refusal) =>
        refusal is null ? DmaResult.Grant(definition) : DmaResult.Refuse<BoardDefinition>(refusal);

    private Refusal? Check(BoardDefinition definition) => definition is null ? Refusal.Null(nameof(definition)) : definition.Check() ?? (definition.Name == Name
        ? null
        : Refusal.Of(Errno.EINVAL, "Name", $"This grain is the board {Name}, not {definition.Name}."));

    /// <summary>Makes a change that must not overlap with adding names; new names wait until it is done.</summary>
    private async Task<Refusal?> AloneAsync(Func<Task<Refusal?>> change, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource();
        _change = done.Task;
        try
        {
            while (_adding.Count != 0)
            {
                await Task.WhenAny(_adding).WaitAsync(cancellation);
            }

            return await change();
        }
        finally
        {
            _change = null;
            done.SetResult();
        }
    }

    private async Task<Refusal?> AddNameAsync(ListedName name)
    {
        var adding = _names.AddAsync(name);
        _adding.Add(adding);
        try
        {
            return await adding;
        }
        finally
        {
            _adding.Remove(adding);
        }
    }

    /// <summary>Sets up everything that the definition says. A crash or a cancelled call leaves the board being set up; the next call continues.</summary>
    private async Task<Refusal?> SetUpAsync(BoardSetUp next, CancellationToken cancellation)
    {
        if (!ReferenceEquals(next, _board))
        {
            await WriteAsync(next);
        }

        var definition = next.Definition!;
        if (await LayOutAsync(definition.Memory, definition.Stages, definition.BouncePool, definition.RestrictedPools) is { } refusal)
        {
            return refusal;
        }

        foreach (var some in definition.Devices.Chunk(DevicesAtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.WhenAll(some.Select(device => GrainFactory.DeviceForGrains(Name, device.Name).RegisterAsync(device)));
        }

        await ForgetAsync(next.Before, definition.Devices, cancellation);
        if (await ListAsync(next) is { } unlisted)
        {
            return unlisted;
        }

        await WriteAsync(next.Done());
        return null;
    }

    private async Task<Refusal?> LayOutAsync(
        ImmutableArray<MemoryRegionLayout> memory, ImmutableArray<IommuStage> stages, MemoryRegionLayout? pool, ImmutableArray<MemoryRegionLayout> restricted)
    {
        if ((await GrainFactory.MemoryForGrains(Name).LayOutAsync(memory)).Refusal is { } refusal)
        {
            return refusal;
        }

        // A silo of an earlier build knows the first of the two alone.
        var translation = GrainFactory.TranslationForGrains(Name);
        return restricted.IsEmpty ? await translation.LayOutAsync(stages, pool) : await translation.LayOutPoolsAsync(stages, pool, restricted);
    }

    /// <summary>Removes devices that the board no longer has, and makes all silos forget the others.</summary>
    private async Task ForgetAsync(ImmutableArray<string> before, ImmutableArray<Device> devices, CancellationToken cancellation)
    {
        if (before.IsEmpty)
        {
            return;
        }

        foreach (var some in before.Except(devices.Select(device => device.Name)).Chunk(DevicesAtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.WhenAll(some.Select(name => GrainFactory.DeviceForGrains(Name, name).RemoveAsync()));
        }

        await facts.ForgetAsync(Name, before);
    }

    private Task<Refusal?> ListAsync(BoardSetUp board) => GrainFactory.BoardsForGrains().AddAsync(Name, board.Generation);

    /// <summary>A buffer that is listed, or for which something is held; null for none.</summary>
    private async Task<string?> FindHolderAsync(CancellationToken cancellation) =>
        await _names.FindAnyAsync(cancellation)
        ?? (await GrainFactory.GetMemory(Name).GetHeldAsync(cancellation)).Select(token => token.Buffer).FirstOrDefault()
        ?? (await GrainFactory.GetTranslation(Name).GetHeldAsync(cancellation)).Select(token => token.Buffer).FirstOrDefault();

    private async Task WriteAsync(BoardSetUp next)
    {
        if (!ReferenceEquals(next, _board))
        {
            await storage.WriteAsync(new() { SetUp = next }, DeactivateOnIdle);
            _board = next;
        }
    }
}
