using System.Collections.Immutable;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;
using Orleans;

namespace DmaGrains.Model.Boards;

/// <summary>A board: an SoC or a machine, with the memory and the devices that share it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Memory">Its regions, at least one, disjoint.</param>
/// <param name="Devices">Its devices, names unique.</param>
[GenerateSerializer, Immutable, Alias("dma.board")]
public sealed record BoardDefinition(
    string Name, string Title, ImmutableArray<MemoryRegionLayout> Memory, ImmutableArray<Device> Devices)
{
    /// <summary>Its MMUs, names unique; devices name those they stand behind.</summary>
    [Id(0)]
    public ImmutableArray<IommuStage> Stages { get; init; } = [];

    /// <summary>Most devices on a board.</summary>
    public const int DevicesMax = 4096;

    /// <summary>Whether another definition says the same; records compare their collections by reference.</summary>
    public bool SaysTheSameAs(BoardDefinition other) =>
        Name == other.Name && Title == other.Title
        && Memory.SequenceEqual(other.Memory) && Devices.SequenceEqual(other.Devices)
        && Stages.Length == other.Stages.Length
        && Stages.Zip(other.Stages).All(pair => pair.First.SaysTheSameAs(pair.Second));

    /// <summary>Null when the board can exist.</summary>
    /// <returns>EINVAL when something is malformed, EEXIST when names or pages are used twice, ENOSPC when it has too many devices.</returns>
    public Refusal? Check()
    {
        if (ModelName.Check(Name, "Board") is { } badName)
        {
            return badName;
        }

        if (Devices.Length > DevicesMax)
        {
            return new(
                Errno.ENOSPC, null, nameof(Devices), (ulong)Devices.Length, DevicesMax,
                $"Board {Name} has {Devices.Length} devices: expected at most {DevicesMax}.");
        }

        foreach (var device in Devices)
        {
            if (device.Check() is { } badDevice)
            {
                return badDevice;
            }
        }

        var twice = Devices.GroupBy(device => device.Name).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? PhysicalMemory.Check(Memory)
            : Refusal.Of(Errno.EEXIST, "Name", $"Two devices of {Name} are named {twice.Key}.");
    }
}
