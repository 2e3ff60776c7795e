using System.Collections.Immutable;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;
using Orleans;

namespace DmaGrains.Model.Boards;

/// <summary>A board: an SoC or a machine, with the memory and the devices that share it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">Its display name.</param>
/// <param name="Memory">Its memory regions: at least one, disjoint.</param>
/// <param name="Devices">Its devices, with unique names.</param>
[GenerateSerializer, Immutable, Alias("dma.board")]
public sealed partial record BoardDefinition(
    string Name, string Title, ImmutableArray<MemoryRegionLayout> Memory, ImmutableArray<Device> Devices)
{
    /// <summary>Its MMUs, with unique names; devices refer to those that they are behind.</summary>
    [Id(0)]
    public ImmutableArray<IommuStage> Stages { get; init; } = [];

    /// <summary>The kernel's page order: 0, 2 or 4 for 4, 16 or 64 KiB.</summary>
    public int PageOrder => Memory[0].PageOrder;

    /// <summary>The region of the bounce pool of all devices, or null.</summary>
    public MemoryRegionLayout? BouncePool => Memory.FirstOrDefault(region => region.Kind == MemoryKind.Bounce && region.Users.IsEmpty);

    /// <summary>The regions of the bounce pools of some devices alone.</summary>
    public ImmutableArray<MemoryRegionLayout> RestrictedPools => [.. Memory.Where(region => region.IsRestrictedPool)];

    /// <summary>The MMU whose contexts a device switches: its own, or else that of its bus.</summary>
    /// <param name="name">The device's name, for the message.</param>
    /// <param name="device">The device; null when the board has none of that name.</param>
    /// <returns>ENODEV for an unknown device, EINVAL naming Iommu for one without an MMU.</returns>
    public static DmaResult<string> ContextStageOf(string name, Device? device) => device is null
        ? DmaResult.Refuse<string>(Buffers.DmaBuffer.NoDevice(name))
        : (device.Iommu ?? device.BusMmu) is { } stage
            ? DmaResult.Grant(stage)
            : DmaResult.Refuse<string>(new(
                Errno.EINVAL, name, nameof(Device.Iommu), null, null, $"{name} is not behind an MMU that could switch contexts."));

    /// <summary>The longest title, in characters.</summary>
    public const int TitleLengthMax = 256;

    /// <summary>Most devices on a board.</summary>
    public const int DevicesMax = 4096;

    /// <summary>Most MMUs of a board.</summary>
    public const int StagesMax = 256;

    /// <summary>The board with another device, or with that one as it is now.</summary>
    /// <returns>What <see cref="Check"/> answers; the same object when the board has that device already.</returns>
    /// <remarks>The only place that decides this.</remarks>
    public DmaResult<BoardDefinition> With(Device device)
    {
        var known = Devices.FirstOrDefault(other => other.Name == device.Name);
        if (known == device)
        {
            return DmaResult.Grant(this);
        }

        var next = this with { Devices = known is null ? Devices.Add(device) : Devices.Replace(known, device) };
        return next.Check() is { } refusal ? DmaResult.Refuse<BoardDefinition>(refusal) : DmaResult.Grant(next);
    }

    /// <summary>Whether another definition is equal in content; <c>==</c> compares collections by reference.</summary>
    public bool SaysTheSameAs(BoardDefinition other) =>
        Name == other.Name && Title == other.Title
        && Memory.SequenceEqual(other.Memory) && Devices.SequenceEqual(other.Devices)
        && IommuStage.SayTheSame(Stages, other.Stages);
}
