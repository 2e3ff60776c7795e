using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Catalogue;

/// <summary>What the catalogue knows of a driver, as a device or an MMU of a board file.</summary>
public static class DriverText
{
    /// <summary>The longest comment, without its <c># </c>: with it a line of 80 columns.</summary>
    private const int CommentMax = 78;
    private const string Indent = "  ";

    /// <summary>A list of one device, to paste under <c>devices</c>, or of one MMU, for <c>iommus</c>, with all else in comments.</summary>
    public static string Of(CatalogueDriver driver)
    {
        ArgumentNullException.ThrowIfNull(driver);
        var text = new YamlText();
        text.List();
        foreach (var line in Comments(driver).SelectMany(Wrapped))
        {
            text.Comment(line);
        }

        return (driver.IsOfIommus ? Mmu(text, driver) : Device(text, driver)).ToString();
    }

    private static IEnumerable<string> Comments(CatalogueDriver driver)
    {
        yield return $"{driver.Title}; class {driver.Class}; as of Linux {driver.Kernel}";
        if (!driver.IsOfIommus)
        {
            yield return $"takes {MemoryOf(driver)}; {(driver.Exports ? "exports buffers" : "never exports")}";
        }

        if (driver.Note is { } note)
        {
            yield return note;
        }

        yield return $"modules: {string.Join(", ", driver.Modules)}";
        if (driver.Compatible.Length > 0)
        {
            yield return $"compatible: {string.Join(", ", driver.Compatible)}";
        }

        foreach (var match in driver.Pci.Where(match => match.Class is not null)
            .Concat(driver.Pci.Where(match => match.Class is null).GroupBy(match => match.Vendor).Select(of => new PciMatch(of.Key, [.. of.SelectMany(match => match.Devices)], null))))
        {
            yield return $"pci: {match}";
        }

        if (driver.Virtio is { } virtio)
        {
            yield return $"virtio: {virtio}";
        }

        foreach (var chip in driver.Chips)
        {
            yield return $"for {string.Join(", ", chip.Compatible)}: {string.Join("; ", chip.Limits.Select(limit => $"{limit.Key} {limit.Value}").Concat(new[] { chip.Note }.OfType<string>()))}";
            foreach (var line in chip.Limits.SelectMany(limit => Cited(limit.At, limit.Says)))
            {
                yield return line;
            }
        }

        foreach (var need in driver.Needs)
        {
            yield return $"{(need.Refuses ? "refuses others" : "makes its own so")}: {need.Key} {need.Value}{(need.For is null ? string.Empty : $" for {need.For}")}";
            foreach (var line in Cited(need.At, need.Says))
            {
                yield return line;
            }
        }

        if (driver.Class is "gpu" or "display" or "codec" or "camera" && driver.Needs.IsEmpty)
        {
            yield return "unknown: alignment of addresses, lines and sizes";
        }

        foreach (var formats in driver.Formats)
        {
            yield return $"formats{(formats.For is null ? string.Empty : $" of {formats.For}")}: {string.Join(' ', formats.Names)}";
            yield return $"{Indent}{formats.At}";
        }
    }

    /// <summary>A citation, in two lines where one would be too long.</summary>
    private static string[] Cited(string at, string says) =>
        Indent.Length + at.Length + says.Length + 2 <= CommentMax ? [$"{Indent}{at}: {says}"] : [$"{Indent}{at}:", $"{Indent}{Indent}{says}"];

    /// <summary>A comment in lines, broken at blanks; those after the first are indented further.</summary>
    private static IEnumerable<string> Wrapped(string comment)
    {
        var indent = comment.StartsWith(Indent, StringComparison.Ordinal) ? Indent : string.Empty;
        var line = comment;
        while (line.Length > CommentMax && line.LastIndexOf(' ', CommentMax) is var at && at > indent.Length)
        {
            yield return line[..at];
            indent = Indent + (comment.StartsWith(Indent, StringComparison.Ordinal) ? Indent : string.Empty);
            line = indent + line[(at + 1)..];
        }

        yield return line;
    }

    private static YamlText Device(YamlText text, CatalogueDriver driver)
    {
        text.Map().Pair("name", driver.Name).Pair("driver", driver.Name);
        foreach (var limit in driver.Limits)
        {
            text.Pair(limit.Key, limit.Value);
        }

        if (!driver.Exports)
        {
            text.Pair("never_exports", "true");
        }

        if (driver.Limits.Length > 0)
        {
            text.Word("sources").Map();
            foreach (var limit in driver.Limits)
            {
                text.Word(limit.Key).Quoted($"{limit.At} of Linux {driver.Kernel}: {limit.Says}");
            }

            text.End();
        }

        return text.End().End();
    }

    /// <summary>An MMU to paste under <c>iommus</c>; without a known last address all 64 bits.</summary>
    private static YamlText Mmu(YamlText text, CatalogueDriver driver)
    {
        text.Map().Pair("name", driver.Name).Pair("first", "0x0");
        foreach (var (key, value) in driver.Limits.Select(limit => (limit.Key, limit.Value))
            .Concat(driver.Limits.Any(limit => limit.Key == "last") ? [] : [("last", "0xffffffffffffffff")]))
        {
            text.Pair(key, value);
        }

        return text.Word("source").Quoted(driver.Limits.IsEmpty
            ? "all addresses: which ones it translates depends on the chip"
            : string.Join("; ", driver.Limits.Select(limit => $"{limit.Key}: {limit.At} of Linux {driver.Kernel}: {limit.Says}"))).End().End();
    }

    /// <summary>What it takes, in words.</summary>
    public static string MemoryOf(CatalogueDriver driver) => driver.IsOfIommus ? "translates for devices" : driver.Memory switch
    {
        MemoryTaken.Scattered => "pages anywhere",
        MemoryTaken.Contiguous => "one contiguous range",
        _ => "one range of addresses: contiguous memory, or pages that an IOMMU joins",
    };
}
