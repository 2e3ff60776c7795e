using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Experiments.Playing;

/// <summary>The shared resources of a board in a simulation, without its history. It decides nothing; the model does.</summary>
internal sealed class LiveBoard
{
    private readonly Dictionary<string, Device> _devices;
    private readonly Allocating _allocate;
    private BoardResources _resources;

    /// <summary>An empty board.</summary>
    public LiveBoard(BoardDefinition definition)
        : this(
            definition,
            new(PhysicalMemory.Create(definition.Memory).Value, DmaTranslation.Create(definition.Stages, definition.BouncePool, definition.RestrictedPools)),
            definition.Devices)
    {
    }

    /// <summary>Restores a board.</summary>
    /// <param name="definition">Its definition.</param>
    /// <param name="resources">Its memory and MMUs now.</param>
    /// <param name="devices">Its devices now.</param>
    public LiveBoard(BoardDefinition definition, BoardResources resources, ImmutableArray<Device> devices)
    {
        Definition = definition;
        _devices = devices.ToDictionary(device => device.Name);
        _resources = resources;
        _allocate = Allocate;
    }

    /// <summary>Its definition, without changes by faults.</summary>
    public BoardDefinition Definition { get; }

    /// <summary>Its devices, in the order of the board's file.</summary>
    public ImmutableArray<Device> Devices => [.. Definition.Devices.Select(device => _devices[device.Name])];

    /// <summary>Its memory.</summary>
    public PhysicalMemory Memory => _resources.Memory;

    /// <summary>Its MMUs and bounce pool.</summary>
    public DmaTranslation Translation => _resources.Translation;

    /// <summary>The latest command's request to memory, or null.</summary>
    public AllocationRequest? LatestRequest { get; private set; }

    /// <summary>Exports a buffer under a name that was not used before.</summary>
    public DmaResult<DmaBuffer> Export(BufferExport export)
    {
        (_resources, var exported) = _resources.Export(null, export, _devices, _allocate);
        return exported;
    }

    /// <summary>Carries out a command.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="command">What is asked.</param>
    /// <param name="refusal">Why it is refused; null when it is not.</param>
    /// <returns>The buffer afterwards.</returns>
    public DmaBuffer Execute(DmaBuffer buffer, DmaCommand command, out Refusal? refusal)
    {
        LatestRequest = null;
        (_resources, var next, var reply) = _resources.Execute(buffer, command, _devices, _allocate);
        refusal = reply.Refusal;
        return next;
    }

    /// <summary>A device's driver declares other limits, or the board's own again.</summary>
    /// <param name="device">The device.</param>
    /// <param name="declared">What it declares.</param>
    public void SetParameters(string device, DeviceDmaParameters? declared) =>
        _devices[device] = _devices[device] with { Parameters = declared };

    /// <summary>The limits that the board's file states for a device.</summary>
    public DeviceDmaParameters? ParametersOf(string device) =>
        Definition.Devices.First(known => known.Name == device).Parameters;

    private (PhysicalMemory Next, DmaResult<BackingStorage> Reply) Allocate(PhysicalMemory memory, AllocationRequest request)
    {
        LatestRequest = request;
        return memory.Allocate(request);
    }

    /// <summary>Checks all invariants of memory and MMUs.</summary>
    public void AssertInvariants()
    {
        Memory.AssertInvariants();
        Translation.AssertInvariants();
    }
}
