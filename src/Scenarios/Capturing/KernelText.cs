using System.Globalization;
using System.Text.RegularExpressions;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Capturing;

/// <summary>One zone of the page allocator, in pages of the kernel's size.</summary>
/// <param name="Node">Its NUMA node.</param>
/// <param name="Name">Such as DMA32.</param>
/// <param name="StartPfn">Frame number of its first page.</param>
/// <param name="SpannedPages">Pages from the first to the last, holes included.</param>
/// <param name="ManagedPages">Pages that the allocator has.</param>
/// <param name="FreePages">Pages that are free.</param>
internal sealed record MemoryZone(
    string Node, string Name, ulong StartPfn, ulong SpannedPages, ulong ManagedPages, ulong FreePages);

/// <summary>Reads the text files of /proc; what is malformed in them is left out.</summary>
internal static partial class KernelText
{
    /// <summary>The RAM of /proc/iomem; all of it is empty for those who may not see addresses.</summary>
    public static List<ByteRange> SystemRam(string iomem) => ByteRange.Merge(iomem.Split('\n')
        .Select(line => IomemLine().Match(line))
        .Where(match => match.Success)
        .Select(match => (First: Hex(match.Groups["first"].Value), Last: Hex(match.Groups["last"].Value)))
        .Where(range => range is { First: not null, Last: > 0 and < ulong.MaxValue })
        .Select(range => new ByteRange(range.First!.Value, range.Last!.Value + 1)));

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

    /// <summary>Whether an architecture, as the kernel calls it, is an x86.</summary>
    public static bool IsX86Architecture(string? architecture) => architecture is "x86_64" or "i386" or "i686";

    /// <summary>Whether /proc/cpuinfo is of an x86.</summary>
    public static bool IsX86(string processors) =>
        processors.Contains("vendor_id", StringComparison.Ordinal) && X86Flags().IsMatch(processors);

    /// <summary>Addresses of an IOMMU group that its devices must not use: windows of reserved_regions.</summary>
    public static IEnumerable<(ulong First, ulong Last, string Kind)> ReservedWindows(string regions) => regions.Split('\n')
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length == 3)
        .Select(words => (Hex(words[0]), Hex(words[1]), words[2]))
        .Where(window => window.Item1 is not null && window.Item2 >= window.Item1)
        .Select(window => (window.Item1!.Value, window.Item2!.Value, window.Item3));

    /// <summary>A hexadecimal number with 0x or without; null when it is none.</summary>
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

    [GeneratedRegex(@"^(?<first>[0-9a-f]+)-(?<last>[0-9a-f]+) : System RAM\s*$")]
    private static partial Regex IomemLine();

    [GeneratedRegex(@"^Node ([0-9]+), zone +(\S+)[^\n]*\n", RegexOptions.Multiline)]
    private static partial Regex ZoneHeading();

    [GeneratedRegex(@"^flags\s*:", RegexOptions.Multiline)]
    private static partial Regex X86Flags();
}
