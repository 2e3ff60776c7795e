using System.Collections.Immutable;
using DmaGrains.Kernel.Catalogue;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Translation;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Capturing;

/// <summary>An IOMMU group that translates, as an MMU of a board file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Group">The group's number.</param>
/// <param name="First">Lowest address.</param>
/// <param name="Last">Highest address.</param>
/// <param name="Granule">Smallest piece, in bytes.</param>
/// <param name="IsLazy">Whether freed ranges wait for a flush.</param>
/// <param name="Reserved">Windows that are never handed out.</param>
/// <param name="Source">Where the facts come from.</param>
internal sealed record CapturedGroup(
    string Name, string Group, ulong First, ulong Last, ulong Granule, bool IsLazy, IReadOnlyList<(ulong First, ulong Last)> Reserved, string Source);

/// <summary>Finds out what stands between devices and memory.</summary>
internal static class CapturedGroups
{
    private const string Folder = "/sys/kernel/iommu_groups";

    /// <summary>The IOMMU groups that translate; adds remarks for groups of which this is unknown.</summary>
    public static List<CapturedGroup> Of(MachineTree tree, IReadOnlyList<CapturedDevice> devices, ulong? pageBytes, List<string> remarks)
    {
        var groups = new List<CapturedGroup>();
        foreach (var members in devices.Where(device => device.Group is not null).GroupBy(device => device.Group!))
        {
            var kind = tree.Text($"{Folder}/{members.Key}/type");
            if (kind is not ("DMA" or "DMA-FQ"))
            {
                remarks.Add($"IOMMU group {members.Key} ({NamesOf(members)}): {Meaning(kind)}; its devices are not behind an MMU here.");
                continue;
            }

            if (Read(tree, members.Key, kind, [.. members], pageBytes, remarks) is not { } group)
            {
                remarks.Add($"IOMMU group {members.Key} ({NamesOf(members)}) translates, but no DMA mask says up to which address; its devices are not behind an MMU here.");
            }
            else if (groups.Count == BoardDefinition.StagesMax)
            {
                remarks.Add($"IOMMU group {members.Key} ({NamesOf(members)}) is one more than a board can have; its devices are not behind an MMU here.");
            }
            else
            {
                groups.Add(group);
            }
        }

        return groups;
    }

    private static string Meaning(string? kind) => kind switch
    {
        null => "its type cannot be read",
        "identity" => "identity, devices see physical addresses",
        _ => $"type {Quoted.Text(kind)}",
    };

    private static CapturedGroup? Read(
        MachineTree tree, string group, string kind, List<CapturedDevice> members, ulong? pageBytes, List<string> remarks)
    {
        if (pageBytes is not { } granule || !Granule.IsValid((uint)Math.Min(granule, uint.MaxValue)) || members.All(member => member.DmaMask is null))
        {
            return null;
        }

        var limits = members.Select(member => LimitsOf(tree, member)).FirstOrDefault(limits => !limits.IsEmpty, []);
        granule = Math.Max(granule, NumberOf(limits, "granule") ?? 0);
        var (width, unit) = members.Select(member => WidthOf(tree, member)).FirstOrDefault(width => width is not null)
            ?? (NumberOf(limits, "last") is { } known
                ? (known, $"{limits.First(limit => limit.Key == "last").At} of Linux gives the last address, from the catalogue") : (ulong.MaxValue, "the IOMMU's own width is not shown"));
        var last = Math.Min(width, members.Max(member => member.DmaMask?.Mask ?? 0));
        if (last <= granule)
        {
            return null;
        }

        var lines = (tree.TextIfAny($"{Folder}/{group}/reserved_regions") ?? string.Empty).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var windows = lines.SelectMany(KernelText.ReservedWindows)
            .Where(window => window.First <= last && window is not { First: 0, Last: ulong.MaxValue })
            .Take(IovaSpaceLayout.ReservedMax)
            .Select(window => (window.First, window.Last))
            .ToList();
        if (windows.Count < lines.Length)
        {
            remarks.Add($"IOMMU group {group}: {lines.Length - windows.Count} of {lines.Length} reserved regions left out: beyond the masks of its devices, covering all addresses, unreadable, or more than {IovaSpaceLayout.ReservedMax}.");
        }

        return new(
            $"group-{KernelName.ToModel(group)}", group, granule, last, granule, kind == "DMA-FQ", windows,
            $"{Folder}/{group} is of type {kind}: the DMA API maps from the second page up to the devices' masks; {unit}");
    }

    /// <summary>The highest address that an Intel IOMMU translates (MGAW of its capabilities); null for others.</summary>
    private static (ulong, string)? WidthOf(MachineTree tree, CapturedDevice member)
    {
        if (tree.LinkName($"{member.Path}/iommu") is not { } unit)
        {
            return null;
        }

        var file = $"/sys/class/iommu/{unit}/intel-iommu/cap";
        return tree.TextIfAny(file) is { } text && KernelText.Hex(text) is { } capabilities
            ? (ulong.MaxValue >> (63 - (int)((capabilities >> 16) & 0x3f)), $"{file} gives {((capabilities >> 16) & 0x3f) + 1} bits")
            : null;
    }

    /// <summary>What the catalogue knows of the IOMMU of a device by its node in the device tree; nothing for others.</summary>
    private static ImmutableArray<CatalogueLimit> LimitsOf(MachineTree tree, CapturedDevice member)
    {
        var compatible = tree.TextIfAny($"{member.Path}/iommu/device/of_node/compatible")?.Split('\0') ?? [];
        return DriverCatalogue.OfCompatible(compatible) is { IsOfIommus: true } driver ? driver.LimitsOf(compatible) : [];
    }

    private static ulong? NumberOf(ImmutableArray<CatalogueLimit> limits, string key) =>
        limits.FirstOrDefault(limit => limit.Key == key) is { } found && Sizes.TryParse(found.Value, out var value) ? value : null;

    private static string NamesOf(IEnumerable<CapturedDevice> members) => string.Join(", ", members.Select(member => member.Name).Take(8));
}
