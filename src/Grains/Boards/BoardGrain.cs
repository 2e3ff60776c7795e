using System.Collections.Immutable;
using DmaGrains.Grains.Storage;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Grains.Boards;

/// <summary>Keeps a board's definition and the names of its buffers; sets up its memory and devices.</summary>
[GrainType("dma-board")]
internal sealed class BoardGrain(
    [PersistentState("board", StorageNames.Default)] IPersistentState<BoardRecord> storage) : Grain, IBoardGrain
{
    /// <summary>Most buffers of one board.</summary>
    internal const int BuffersMax = 1_000_000;

    private string Name => GrainKeys.NameOf(this.GetPrimaryKeyString());

    private Refusal NoBoard => Refusal.Of(Errno.ENOENT, "Board", $"There is no board {Name}; define it first.");

    public async Task<DmaResult<BoardDefinition>> DefineAsync(BoardDefinition definition)
    {
        if (CheckDefinition(definition) is { } refusal)
        {
            return DmaResult.Refuse<BoardDefinition>(refusal);
        }

        if (storage.State.Definition is null)
        {
            await WriteAsync(new() { Definition = definition });
        }

        // A crash in between leaves the board defined and not set up: defining it again goes on from here.
        if (!storage.State.IsSetUp)
        {
            await GrainFactory.GetMemory(Name).LayOutAsync(definition.Memory);
            await GrainFactory.GetTranslation(Name).LayOutAsync(definition.Stages, definition.BouncePool);
            foreach (var device in definition.Devices)
            {
                await GrainFactory.GetDevice(Name, device.Name).RegisterAsync(device);
            }

            await WriteAsync(new() { Definition = definition, Buffers = storage.State.Buffers, IsSetUp = true });
        }

        return DmaResult.Grant(definition);
    }

    public Task<DmaResult<BoardDefinition>> GetAsync() => Task.FromResult(
        storage.State.Definition is { } definition
            ? DmaResult.Grant(definition)
            : DmaResult.Refuse<BoardDefinition>(NoBoard));

    public async Task<DmaResult<Device>> SetDeviceAsync(Device device)
    {
        if (storage.State.Definition is not { } definition)
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
            // Also when nothing is new here: an earlier attempt may have failed before everyone knew.
            await Task.WhenAll(storage.State.Buffers.Select(buffer =>
                GrainFactory.GetBuffer(Name, buffer).ForgetDeviceAsync(device.Name)));
        }

        if (registered.IsGranted && known != device)
        {
            await WriteAsync(new() { Definition = next, Buffers = storage.State.Buffers, IsSetUp = true });
        }

        return registered;
    }

    public async Task<Refusal?> SwitchContextAsync(string device, uint context)
    {
        if (storage.State.Definition is not { } definition)
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
        if (storage.State.Definition is not { } definition)
        {
            return DmaResult.Refuse<ImmutableArray<MemoryRegionLayout>>(NoBoard);
        }

        if (exporter is not null && definition.Devices.All(device => device.Name != exporter))
        {
            return DmaResult.Refuse<ImmutableArray<MemoryRegionLayout>>(new(
                Errno.ENODEV, exporter, "Exporter", null, null, $"Board {Name} has no device {exporter}."));
        }

        var regions = NamedRegions.Find(memory, definition.Memory);
        var buffers = storage.State.Buffers;
        var index = buffers.BinarySearch(buffer, StringComparer.Ordinal);
        if (!regions.IsGranted || index >= 0)
        {
            return regions;
        }

        if (buffers.Length == BuffersMax)
        {
            return DmaResult.Refuse<ImmutableArray<MemoryRegionLayout>>(new(
                Errno.ENOSPC, null, "Buffers", BuffersMax + 1, BuffersMax,
                $"Board {Name} has {BuffersMax} buffers, the most this model keeps."));
        }

        await WriteAsync(new()
        {
            Definition = definition,
            Buffers = buffers.Insert(~index, buffer),
            IsSetUp = storage.State.IsSetUp,
        });
        return regions;
    }

    public async Task RemoveBufferAsync(string buffer)
    {
        var index = storage.State.Buffers.BinarySearch(buffer, StringComparer.Ordinal);
        if (index >= 0)
        {
            await WriteAsync(new()
            {
                Definition = storage.State.Definition,
                Buffers = storage.State.Buffers.RemoveAt(index),
                IsSetUp = storage.State.IsSetUp,
            });
        }
    }

    public Task<ImmutableArray<string>> ListBuffersAsync(string after, int count)
    {
        var buffers = storage.State.Buffers;
        var index = buffers.BinarySearch(after, StringComparer.Ordinal);
        var first = index < 0 ? ~index : index + 1;
        var length = Math.Min(buffers.Length - first, Math.Clamp(count, 1, IBoardGrain.PageMax));
        return Task.FromResult(buffers.Slice(first, length));
    }

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

        return storage.State.Definition is { } defined && !defined.SaysTheSameAs(definition)
            ? Refusal.Of(Errno.EEXIST, "Board", $"Board {Name} is defined otherwise.")
            : null;
    }

    private Task WriteAsync(BoardRecord next) => storage.WriteAsync(next, DeactivateOnIdle);
}
