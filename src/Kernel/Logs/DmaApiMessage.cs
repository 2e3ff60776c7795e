using System.Globalization;
using DmaGrains.Model;

namespace DmaGrains.Kernel.Logs;

/// <summary>Explains the warnings of the kernel's DMA API debugging.</summary>
/// <remarks>Source: kernel/dma/debug.c of 6.1 to 6.12 (the words are the kernel's, what they mean is ours).</remarks>
internal static class DmaApiMessage
{
    private const string Assumed = "65536";

    private static readonly (string Words, string Why, string? Help)[] _known =
    [
        ("free an invalid DMA memory address", "it unmaps what a failed map returned", "check the address with dma_mapping_error() before using or unmapping it"),
        ("free DMA memory it has not allocated", "it unmaps an address that it has not mapped, or has unmapped before", "unmap each mapping once, with the address that the map returned"),
        ("with different size", "it mapped {map size} and unmaps {unmap size}: the rest stays mapped, or something else is unmapped too", "unmap with the size that was mapped"),
        ("with wrong function", "it is mapped as {mapped as} and unmapped as {unmapped as}", "unmap with the function that belongs to the map"),
        ("with different CPU address", "it frees other memory than it allocated for that address", null),
        ("frees DMA sg list with different entry count", "it mapped {map count} entries and unmaps {unmap count}", "unmap with the number of entries that was mapped (orig_nents), not of segments (nents)"),
        ("syncs DMA sg list with different entry count", "it mapped {map count} entries and syncs {sync count}", "sync with the number of entries that was mapped (orig_nents)"),
        ("frees DMA memory with different direction", "it is mapped with {mapped with} and unmapped with {unmapped with}: caches are handled for the wrong direction", "unmap with the direction of the map"),
        ("syncs DMA memory with different direction", "it is mapped with {mapped with} and synced with {synced with}: caches are handled for the wrong direction", "sync with the direction of the map"),
        ("read-only DMA memory for cpu", "the device does not write it (mapped with {mapped with}), so there is nothing to sync for the CPU", null),
        ("write-only DMA memory to device", "the device does not read it (mapped with {mapped with}), so there is nothing to sync for the device", null),
        ("failed to check map error", "it uses an address without asking whether the map failed", "check the address with dma_mapping_error()"),
        ("maps memory from stack", "it maps memory of the stack, which is not fit for DMA and is gone when the function returns", "allocate the memory"),
        ("maps memory from kernel text or rodata", "it maps memory of the kernel's own code or constants", "copy it into allocated memory"),
        ("maps memory from vmalloc area", "it maps memory whose pages are not contiguous as if they were", "map it page by page, or allocate it otherwise"),
        ("maps memory from invalid area", "it maps an address that is no memory", null),
        ("sync DMA memory it has not allocated", "it syncs an address that it has not mapped, or has unmapped before", null),
        ("outside allocated range", "it syncs {sync offset+size} bytes of a mapping of {allocation size}", null),
        ("overlapping mappings aren't supported", "the same cache line is mapped twice for writing: for a buffer that is shared by two devices that is what sharing means, for one driver alone it is a fault", null),
    ];

    /// <summary>The finding of a warning.</summary>
    /// <param name="line">Its line.</param>
    /// <param name="text">The line from the message on.</param>
    /// <param name="driver">The driver.</param>
    /// <param name="device">The device.</param>
    /// <param name="words">What it says after the device.</param>
    public static LogFinding Of(long line, string text, string driver, string device, string words)
    {
        var fields = FieldsOf(words);
        var finding = new LogFinding(LogKind.WrongUse, line, text)
        {
            Device = device,
            Driver = driver,
            Address = Number(fields, "device address"),
            SizeBytes = Number(fields, "size"),
            Why = string.Empty,
        };
        if (words.StartsWith("mapping sg segment longer", StringComparison.Ordinal))
        {
            var (length, max) = (fields.GetValueOrDefault("len", "?"), fields.GetValueOrDefault("max", "?"));
            return finding with
            {
                Kind = LogKind.SegmentTooLong,
                SizeBytes = Number(fields, "len"),
                Limit = Number(fields, "max"),
                Why = $"{device} ({driver}) was given a segment of {length} bytes, and takes {max} at most"
                    + (max == Assumed ? ": 65536 is what the kernel assumes where a driver states nothing." : ": its driver states that."),
                Help = max == Assumed
                    ? "If the device takes longer segments, its driver has to say so (dma_set_max_seg_size); else the exporter has to cut its lists."
                    : "The exporter has to cut its lists for this importer: today's exporters do not look at it.",
            };
        }

        if (words.StartsWith("mapping sg segment across boundary", StringComparison.Ordinal))
        {
            return finding with
            {
                Kind = LogKind.SegmentAcrossBoundary,
                Address = Number(fields, "start"),
                SizeBytes = Number(fields, "end") is { } end && Number(fields, "start") is { } start && end >= start && end - start < ulong.MaxValue ? end - start + 1 : null,
                Limit = Number(fields, "boundary"),
                Why = $"{device} ({driver}) was given a segment from {fields.GetValueOrDefault("start", "?")} to {fields.GetValueOrDefault("end", "?")}, and must not cross multiples of {fields.GetValueOrDefault("boundary", "?")} + 1.",
                Help = "The exporter has to cut its lists there: today's exporters do not look at it.",
            };
        }

        if (words.Contains("has pending DMA allocations", StringComparison.Ordinal))
        {
            return finding with
            {
                Kind = LogKind.LeftMapped,
                Why = $"{device} ({driver}) was released and left {fields.GetValueOrDefault("count", "?")} mappings behind: the memory, addresses or copies stay taken.",
                Help = "Its driver has to unmap before it lets go of the device.",
            };
        }

        foreach (var (known, why, help) in _known)
        {
            if (words.Contains(known, StringComparison.Ordinal))
            {
                return finding with { Why = $"{device} ({driver}): {Filled(why, fields)}.", Help = help is null ? null : $"Its driver has to {help}." };
            }
        }

        return finding with { Why = $"{device} ({driver}): {HarmlessText.Short(words, 200)}" };
    }

    /// <summary>Values in brackets, such as <c>[size=4096 bytes]</c>.</summary>
    private static Dictionary<string, string> FieldsOf(string words)
    {
        var fields = new Dictionary<string, string>();
        var rest = words.AsSpan();
        while (rest.IndexOf('[') is >= 0 and var open)
        {
            rest = rest[(open + 1)..];
            var close = rest.IndexOf(']');
            var equals = rest.IndexOf('=');
            if (close < 0)
            {
                break;
            }

            if (equals > 0 && equals < close && fields.Count < 8)
            {
                fields[rest[..equals].ToString()] = HarmlessText.Short(rest[(equals + 1)..close].ToString(), 64);
            }

            rest = rest[(close + 1)..];
        }

        return fields;
    }

    private static string Filled(string why, Dictionary<string, string> fields)
    {
        foreach (var (name, value) in fields)
        {
            why = why.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        }

        return why;
    }

    private static ulong? Number(Dictionary<string, string> fields, string name)
    {
        if (!fields.TryGetValue(name, out var text))
        {
            return null;
        }

        var word = text.Split(' ')[0];
        return word.StartsWith("0x", StringComparison.Ordinal)
            ? ulong.TryParse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? hex : null
            : ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
