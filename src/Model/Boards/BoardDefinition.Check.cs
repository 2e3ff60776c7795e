using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Boards;

/// <content>The validity of a board: each part by itself, then all together.</content>
public sealed partial record BoardDefinition
{
    /// <summary>Null when the definition is valid.</summary>
    /// <returns>
    /// EINVAL for malformed or dangling parts, EEXIST for names or pages used twice or a second bounce pool, ENOSPC above a limit, EBUSY
    /// when a driver is stated as the owner of tables that belong to the DMA API.
    /// </returns>
    /// <remarks>The only place that decides this; files check only that what they name exists, to tell the line.</remarks>
    public Refusal? Check() =>
        CheckNulls()
        ?? ModelName.Check(Name, "Board")
        ?? CheckTitle()
        ?? TooMany(nameof(Devices), Devices.Length, DevicesMax, "devices")
        ?? TooMany(nameof(Stages), Stages.Length, StagesMax, "MMUs")
        ?? First(Devices, device => device.Check())
        ?? Twice(Devices.Select(device => device.Name), "devices")
        ?? First(Stages, stage => stage.Check())
        ?? Twice(Stages.Select(stage => stage.Name), "MMUs")
        ?? PhysicalMemory.Check(Memory)
        ?? CheckBehind()
        ?? First(Memory, CheckOwner)
        ?? First(Memory, CheckUsers)
        ?? CheckBouncePool()
        ?? First(Stages, stage => StageOwnership.Check(stage, Devices));

    /// <summary>Whether a buffer can be exported on this board: malformed exports, exporters and regions. Memory may still not suffice.</summary>
    /// <returns>As <see cref="BufferExport.Check"/> and <see cref="BufferExports.Authorize"/>; null when it can.</returns>
    public Refusal? CheckExport(BufferExport export) => export.Check() ?? BufferExports.Authorize(
        Memory, export.Name, export.Exporter, Exporter(export), export.Memory).Refusal;

    /// <summary>The regions that a buffer's requests for pages name: as <see cref="NamedRegions.Requested"/>.</summary>
    public NameList MemoryOf(BufferExport export) => NamedRegions.Requested(export.Memory, Memory, Exporter(export));

    private Device? Exporter(BufferExport export) => Devices.FirstOrDefault(device => device.Name == export.Exporter);

    private Refusal? CheckNulls() =>
        Title is null ? Refusal.Null(nameof(Title))
        : HasNulls(Memory) ? Refusal.Null(nameof(Memory))
        : HasNulls(Devices) ? Refusal.Null(nameof(Devices))
        : HasNulls(Stages) ? Refusal.Null(nameof(Stages))
        : null;

    private static bool HasNulls<T>(ImmutableArray<T> parts)
        where T : class => parts.IsDefault || parts.Contains(null!);

    private Refusal? CheckTitle()
    {
        if (HarmlessText.LengthOf(Title) is var length && length > TitleLengthMax)
        {
            return new(
                Errno.EINVAL, null, nameof(Title), (ulong)length, TitleLengthMax,
                $"The title of {Name} has {length} characters: expected at most {TitleLengthMax}.");
        }

        return HarmlessText.IsLine(Title)
            ? null
            : Refusal.Of(Errno.EINVAL, nameof(Title), $"The title of {Name} is {ModelName.Quoted(Title)}: expected one line of text.");
    }

    private static Refusal? First<T>(IEnumerable<T> parts, Func<T, Refusal?> check) =>
        parts.Select(check).FirstOrDefault(refusal => refusal is not null);

    private Refusal? TooMany(string field, int count, int most, string what) => count <= most
        ? null
        : new(
            Errno.ENOSPC, null, field, (ulong)count, (ulong)most,
            $"Board {Name} has {count} {what}: expected at most {most}.");

    private Refusal? Twice(IEnumerable<string> names, string what)
    {
        var twice = names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? null : Refusal.Of(Errno.EEXIST, "Name", $"Two {what} of {Name} are named {twice.Key}.");
    }

    /// <summary>EINVAL naming Iommu or BusMmu, and the device, for a device behind an unknown MMU or twice behind the same one.</summary>
    private Refusal? CheckBehind()
    {
        var stages = Stages.Select(stage => stage.Name).ToHashSet();
        return First(Devices, device =>
            CheckStage(stages, device, nameof(Device.Iommu), device.Iommu)
            ?? CheckStage(stages, device, nameof(Device.BusMmu), device.BusMmu)
            ?? CheckOutput(device)
            ?? (device.Iommu is null || device.Iommu != device.BusMmu
                ? null
                : Refuse(device, nameof(Device.BusMmu), $"{device.Name} is behind {device.Iommu} twice: expected two MMUs.")));
    }

    private Refusal? CheckStage(HashSet<string> stages, Device device, string field, string? stage) =>
        stage is null || stages.Contains(stage)
            ? null
            : Refuse(
                device, field,
                $"{device.Name} is behind {stage}, which does not exist on {Name}: expected {ListOf(stages)}.");

    private Refusal? CheckOutput(Device device) =>
        (Stages.FirstOrDefault(stage => stage.Name == device.LastMmu)?.OutputLimit ?? 0) is var limit && device.OutputLimit == limit
            ? null
            : new(
                Errno.EINVAL, device.Name, nameof(Device.OutputLimit), device.OutputLimit, limit,
                $"{device.Name} states an output limit of 0x{device.OutputLimit:x}, and {device.LastMmu ?? "no MMU"} one of 0x{limit:x}: expected the same.");

    private static Refusal Refuse(Device device, string field, string reason) =>
        new(Errno.EINVAL, device.Name, field, null, null, reason);

    private static string ListOf(HashSet<string> stages) => stages.Count == 0 ? "none" : $"one of {string.Join(", ", stages)}";

    private Refusal? CheckOwner(MemoryRegionLayout region) =>
        region.Kind != MemoryKind.Vram || Devices.Any(device => device.Name == region.Device)
            ? null
            : Refusal.Of(
                Errno.EINVAL, nameof(MemoryRegionLayout.Device), $"Region {region.Name} is memory of {region.Device}, and {Name} has no such device.");

    private Refusal? CheckUsers(MemoryRegionLayout region)
    {
        // Nearly no region has users: the names of up to 4096 devices are not collected for each.
        var missing = region.Users.IsEmpty ? null : region.Users.Names.Except(Devices.Select(device => device.Name)).FirstOrDefault();
        return missing is null
            ? null
            : Refusal.Of(Errno.EINVAL, nameof(MemoryRegionLayout.Users), $"Region {region.Name} is for {missing}, and {Name} has no such device.");
    }

    private Refusal? CheckBouncePool()
    {
        var pools = Memory.Where(region => region.Kind == MemoryKind.Bounce).ToList();
        if (pools.FindAll(pool => pool.Users.IsEmpty) is [var first, .., var last])
        {
            return Refusal.Of(Errno.EEXIST, nameof(BouncePool), $"{Name} has two bounce pools, {first.Name} and {last.Name}: expected one without users.");
        }

        return First(pools, pool => SwiotlbPool.Check(pool.Range.SizeBytes)) ?? CheckRestricted(RestrictedPools);
    }

    /// <summary>EINVAL naming Users for a device with two pools of its own, and RestrictedPool for one that states another pool than its region.</summary>
    private Refusal? CheckRestricted(ImmutableArray<MemoryRegionLayout> pools)
    {
        var twice = pools.SelectMany(pool => pool.Users.Names).GroupBy(user => user).FirstOrDefault(user => user.Count() > 1)?.Key;
        if (twice is not null)
        {
            return Refusal.Of(
                Errno.EINVAL, nameof(MemoryRegionLayout.Users),
                $"{twice} has two bounce pools of its own, {string.Join(" and ", pools.Where(pool => pool.Users.Names.Contains(twice)).Select(pool => pool.Name))}: expected one.");
        }

        var own = pools.SelectMany(pool => pool.Users.Names.Select(user => (user, pool.Name))).ToDictionary();
        return First(Devices, device => device.RestrictedPool == own.GetValueOrDefault(device.Name)
            ? null
            : Refuse(
                device, nameof(Device.RestrictedPool),
                $"{device.Name} states {device.RestrictedPool ?? "no bounce pool"} as its own, and the memory {own.GetValueOrDefault(device.Name) ?? "none"}: expected the same."));
    }

    /// <summary>The devices, each with the bounce pool that is its own by the memory.</summary>
    /// <param name="devices">The devices.</param>
    /// <param name="memory">The regions.</param>
    public static ImmutableArray<Device> WithPools(ImmutableArray<Device> devices, IEnumerable<MemoryRegionLayout> memory)
    {
        var pools = memory.Where(region => region.IsRestrictedPool).ToList();
        return pools.Count == 0 ? devices
            : [.. devices.Select(device => device with { RestrictedPool = pools.Find(pool => pool.Users.Names.Contains(device.Name))?.Name })];
    }
}
