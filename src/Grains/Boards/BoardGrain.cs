using System.Collections.Immutable;
using DmaGrains.Grains.Boards.Names;
using DmaGrains.Grains.Devices;
using DmaGrains.Grains.Storage;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Grains.Boards;

/// <summary>Keeps a board's definition; sets up its memory and devices, and knows where the names of its buffers are.</summary>
[GrainType("dma-board")]
internal sealed class BoardGrain(
    [PersistentState("board", StorageNames.Default)] IPersistentState<BoardRecord> storage,
    [PersistentState("name-buckets", StorageNames.Default)] IPersistentState<BufferNamesRecord> nameStorage,
    DeviceFactsClient facts) : Grain, IBoardGrain
{
    // What is written: calls that interleave do not see what is being written.
    private BoardRecord _board = new();
    private BufferNames _names = null!;

    private string Name => GrainKeys.NameOf(this.GetPrimaryKeyString());

    private Refusal NoBoard => Refusal.Of(Errno.ENOENT, "Board", $"There is no board {Name}; define it first.");

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _board = storage.State;
        _names = new(GrainFactory, Name, nameStorage, DeactivateOnIdle);
        return Task.CompletedTask;
    }

    public async Task<DmaResult<BoardDefinition>> DefineAsync(BoardDefinition definition)
    {
        if (CheckDefinition(definition) is { } refusal)
        {
            return DmaResult.Refuse<BoardDefinition>(refusal);
        }

        if (_board.Definition is null)
        {
            await WriteAsync(new() { Definition = definition });
        }

        // A crash in between leaves the board defined and not set up: defining it again goes on from here.
        if (!_board.IsSetUp)
        {
            await GrainFactory.GetMemory(Name).LayOutAsync(definition.Memory);
            await GrainFactory.GetTranslation(Name).LayOutAsync(definition.Stages, definition.BouncePool);
            foreach (var device in definition.Devices)
            {
                await GrainFactory.GetDevice(Name, device.Name).RegisterAsync(device);
            }

            await WriteAsync(new() { Definition = definition, IsSetUp = true });
        }

        return DmaResult.Grant(definition);
    }

    public Task<DmaResult<BoardDefinition>> GetAsync() => Task.FromResult(
        _board.Definition is { } definition
            ? DmaResult.Grant(definition)
            : DmaResult.Refuse<BoardDefinition>(NoBoard));

    public async Task<DmaResult<Device>> SetDeviceAsync(Device device)
    {
        if (_board.Definition is not { } definition)
        {
            return DmaResult.Refuse<Device>(NoBoard);
        }

        var known = definition.Devices.FirstOrDefault(other => other.Name == device.Name);
        var next = definition with
        {
            Devices = known is null ? definition.Devices.Add(device) : definition.Devices.Replace(known, device),
        };
        if (next.Check() is { } refusal)
        {
            return DmaResult.Refuse<Device>(refusal);
        }

        var registered = await GrainFactory.GetDevice(Name, device.Name).RegisterAsync(device);
        if (registered.IsGranted)
        {
            // Also when nothing is new here: an earlier attempt may have failed before all silos knew.
            await facts.ForgetAsync(Name, device.Name);
        }

        if (registered.IsGranted && known != device)
        {
            await WriteAsync(new() { Definition = next, IsSetUp = true });
        }

        return registered;
    }

    public async Task<Refusal?> SwitchContextAsync(string device, uint context)
    {
        if (_board.Definition is not { } definition)
        {
            return NoBoard;
        }

        var known = definition.Devices.FirstOrDefault(other => other.Name == device);
        return BoardDefinition.ContextStageOf(device, known) is var stage && stage.TryGetValue(out var name)
            ? await GrainFactory.GetTranslation(Name).SwitchContextAsync(name, context)
            : stage.Refusal;
    }

    public async Task<DmaResult<ImmutableArray<MemoryRegionLayout>>> AddBufferAsync(
        string buffer, string? exporter, NameList memory)
    {
        if (_board.Definition is not { } definition)
        {
            return DmaResult.Refuse<ImmutableArray<MemoryRegionLayout>>(NoBoard);
        }

        if (exporter is not null && definition.Devices.All(device => device.Name != exporter))
        {
            return DmaResult.Refuse<ImmutableArray<MemoryRegionLayout>>(new(
                Errno.ENODEV, exporter, "Exporter", null, null, $"Board {Name} has no device {exporter}."));
        }

        var regions = NamedRegions.Find(memory, definition.Memory);
        if (regions.IsGranted && await _names.AddAsync(buffer) is { } refusal)
        {
            return DmaResult.Refuse<ImmutableArray<MemoryRegionLayout>>(refusal);
        }

        return regions;
    }

    public Task RemoveBufferAsync(string buffer) => _names.RemoveAsync(buffer);

    public async Task<DmaResult<NamePage>> ListBuffersAsync(string cursor, int count) =>
        NamePosition.Parse(cursor) is { } after
            ? DmaResult.Grant(await _names.ListAsync(after, Math.Clamp(count, 1, IBoardGrain.PageMax)))
            : DmaResult.Refuse<NamePage>(Refusal.Of(
                Errno.EINVAL, "Cursor", $"'{cursor}' is no cursor of a listing: expected what the page before said, or nothing."));

    private Refusal? CheckDefinition(BoardDefinition definition)
    {
        if (definition.Check() is { } refusal)
        {
            return refusal;
        }

        if (definition.Name != Name)
        {
            return Refusal.Of(Errno.EINVAL, "Name", $"This grain is the board {Name}, not {definition.Name}.");
        }

        return _board.Definition is { } defined && !defined.SaysTheSameAs(definition)
            ? Refusal.Of(Errno.EEXIST, "Board", $"Board {Name} is defined otherwise.")
            : null;
    }

    private async Task WriteAsync(BoardRecord next)
    {
        await storage.WriteAsync(next, DeactivateOnIdle);
        _board = next;
    }
}
