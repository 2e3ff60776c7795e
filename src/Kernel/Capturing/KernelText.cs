using System.Globalization;
using System.Text.RegularExpressions;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Capturing;

/// <summary>One zone of the page allocator, in pages of the kernel's size.</summary>
/// <param name="Node">Its NUMA node.</param>
/// <param name="Name">Such as DMA32.</param>
/// <param name="StartPfn">Frame number of its first page.</param>
/// <param name="SpannedPages">Pages from the first to the last, holes included.</param>
/// <param name="ManagedPages">Pages that the allocator has.</param>
/// <param name="FreePages">Pages that are free.</param>
internal sealed record MemoryZone(
    string Node, string Name, ulong StartPfn, ulong SpannedPages, ulong ManagedPages, ulong FreePages);

/// <summary>Reads the text files of /proc; malformed parts are skipped.</summary>
internal static partial class KernelText
{
    private const string SystemRam = "System RAM";
    private const string BootAlias = "System RAM (boot alias)";

    /// <summary>The lines of /proc/iomem at any nesting level. Without privileges, all addresses are 0.</summary>
    public static List<(string Name, ByteRange Range)> Resources(string iomem) =>
    [
        .. iomem.Split('\n')
            .Select(line => IomemLine().Match(line))
            .Where(match => match.Success)
            .Select(match => (match.Groups["name"].Value, First: Hex(match.Groups["first"].Value), Last: Hex(match.Groups["last"].Value)))
            .Where(line => line is { First: not null, Last: > 0 and < ulong.MaxValue } && line.First <= line.Last)
            .Select(line => (line.Value, new ByteRange(line.First!.Value, line.Last!.Value + 1))),
    ];

    /// <summary>Whether a line of /proc/iomem is RAM of the page allocator, reported by firmware or added by a driver.</summary>
    /// <remarks>
    /// Drivers add theirs as "System RAM (NAME)", below the line of their device: kmem for persistent and soft-reserved memory, virtio_mem
    /// (mm/memory_hotplug.c, add_memory_driver_managed). "System RAM (boot alias)" is a second address of the same RAM
    /// (arch/arm/kernel/setup.c).
    /// </remarks>
    public static bool IsSystemRam(string name) => name != BootAlias && (name == SystemRam || IsAdded(name));

    /// <summary>Whether a driver added that RAM while the kernel ran.</summary>
    public static bool IsAdded(string name) =>
        name != BootAlias && name.StartsWith($"{SystemRam} (", StringComparison.Ordinal) && name.EndsWith(')');

    /// <summary>Whether a line of /proc/iomem is memory that the page allocator does not have or does not hand out.</summary>
    public static bool IsOtherMemory(string name) =>
        name is BootAlias or "Crash kernel" or "Soft Reserved" or "Unusable memory"
        || name.StartsWith("Persistent Memory", StringComparison.Ordinal);

    /// <summary>A line of /proc/meminfo in bytes, such as MemTotal; null when there is none.</summary>
    public static ulong? Amount(string amounts, string name)
    {
        foreach (var line in amounts.Split('\n'))
        {
            if (line.StartsWith($"{name}:", StringComparison.Ordinal)
                && line[(name.Length + 1)..].Trim() is var value && value.EndsWith(" kB", StringComparison.Ordinal)
                && Sizes.TryParse($"{value[..^3]}KiB", out var bytes))
            {
                return bytes;
            }
        }

        return null;
    }

    /// <summary>The zones of /proc/zoneinfo that have pages, in the order of the file.</summary>
    public static List<MemoryZone> Zones(string zones)
    {
        var found = new List<MemoryZone>();
        var parts = ZoneHeading().Split(zones);
        for (var part = 1; part + 2 < parts.Length; part += 3)
        {
            var body = parts[part + 2];
            if (Field(body, "start_pfn:") is { } start && Field(body, "spanned") is { } spanned and > 0)
            {
                found.Add(new(
                    parts[part], parts[part + 1], start, spanned, Field(body, "managed") ?? 0, Field(body, "pages free") ?? 0));
            }
        }

        return found;
    }

    /// <summary>Zones of /proc/zoneinfo without a place or a size.</summary>
    public static IEnumerable<string> ZonesWithoutPlace(string zones)
    {
        var parts = ZoneHeading().Split(zones);
        for (var part = 1; part + 2 < parts.Length; part += 3)
        {
            if (Field(parts[part + 2], "spanned") is not 0 && (Field(parts[part + 2], "start_pfn:") is null || Field(parts[part + 2], "spanned") is null))
            {
                yield return $"zone {parts[part + 1]} of node {parts[part]}";
            }
        }
    }

    /// <summary>Whether an architecture, as the kernel calls it, is an x86.</summary>
    public static bool IsX86Architecture(string? architecture) => architecture is "x86_64" or "i386" or "i486" or "i586" or "i686";

    /// <summary>The architecture that a /proc/cpuinfo shows; null when unknown.</summary>
    public static string? ArchitectureOf(string processors) => processors switch
    {
        _ when processors.Contains("IBM/S390", StringComparison.Ordinal) => "s390x",
        _ when processors.Contains("vendor_id", StringComparison.Ordinal) && X86Flags().IsMatch(processors) => "x86_64",
        _ when ArmArchitecture().Match(processors) is { Success: true } arm => arm.Groups["version"].Value == "8" ? "aarch64" : "arm",
        _ when RiscvWidth().Match(processors) is { Success: true } riscv => $"riscv{riscv.Groups["bits"].Value}",
        _ when processors.Contains("Loongson-64bit", StringComparison.Ordinal) => "loongarch64",
        _ when PowerProcessor().IsMatch(processors) => "ppc64",
        _ => null,
    };

    /// <summary>Addresses of an IOMMU group that its devices must not use: windows of reserved_regions.</summary>
    public static IEnumerable<(ulong First, ulong Last, string Kind)> ReservedWindows(string regions) => regions.Split('\n')
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length == 3)
        .Select(words => (Hex(words[0]), Hex(words[1]), words[2]))
        .Where(window => window.Item1 is not null && window.Item2 >= window.Item1)
        .Select(window => (window.Item1!.Value, window.Item2!.Value, window.Item3));

    /// <summary>A hexadecimal number with or without 0x; null when malformed.</summary>
    public static ulong? Hex(string digits) => ulong.TryParse(
        digits.StartsWith("0x", StringComparison.Ordinal) ? digits[2..] : digits,
        NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
        ? value
        : null;

    private static ulong? Field(string body, string name)
    {
        foreach (var line in body.Split('\n'))
        {
            var words = line.Trim();
            if (words.StartsWith(name, StringComparison.Ordinal) && Sizes.TryParse(words[name.Length..].Trim(), out var value))
            {
                return value;
            }
        }

        return null;
    }

    [GeneratedRegex(@"^ *(?<first>[0-9a-f]+)-(?<last>[0-9a-f]+) : (?<name>.*?)\s*$")]
    private static partial Regex IomemLine();

    [GeneratedRegex(@"^Node ([0-9]+), zone +(\S+)[^\n]*\n", RegexOptions.Multiline)]
    private static partial Regex ZoneHeading();

    [GeneratedRegex(@"^CPU architecture\s*: (?<version>[0-9]+)", RegexOptions.Multiline)]
    private static partial Regex ArmArchitecture();

    [GeneratedRegex(@"^isa\s*: rv(?<bits>32|64)", RegexOptions.Multiline)]
    private static partial Regex RiscvWidth();

    [GeneratedRegex(@"^cpu\s*: POWER[0-9]", RegexOptions.Multiline)]
    private static partial Regex PowerProcessor();

    [GeneratedRegex(@"^flags\s*:", RegexOptions.Multiline)]
    private static partial Regex X86Flags();
}
