using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Catalogue;

/// <summary>What the catalogue knows of a driver, as a device or an MMU of a board file.</summary>
public static class DriverText
{
    /// <summary>A list of one device, to paste under <c>devices</c>, or of one MMU, for <c>iommus</c>, with all else in comments.</summary>
    public static string Of(CatalogueDriver driver)
    {
        ArgumentNullException.ThrowIfNull(driver);
        var text = new YamlText();
        text.List().Comment($"{driver.Title}; class {driver.Class}");
        if (!driver.IsOfIommus)
        {
            text.Comment($"takes {MemoryOf(driver)}; {(driver.Exports ? "exports buffers" : "never exports")}");
        }

        if (driver.Note is { } note)
        {
            text.Comment(note);
        }

        text.Comment($"modules: {string.Join(", ", driver.Modules)}");
        foreach (var compatible in driver.Compatible)
        {
            text.Comment($"compatible: {compatible}");
        }

        foreach (var pci in driver.Pci)
        {
            text.Comment($"pci: {pci}");
        }

        if (driver.Virtio is { } virtio)
        {
            text.Comment($"virtio: {virtio}");
        }

        foreach (var chip in driver.Chips)
        {
            var said = chip.Limits.Select(limit => $"{limit.Key} {limit.Value}, {limit.At} of Linux {driver.Kernel}").Concat(new[] { chip.Note }.OfType<string>());
            text.Comment($"for {string.Join(", ", chip.Compatible)}: {string.Join("; ", said)}");
        }

        return (driver.IsOfIommus ? Mmu(text, driver) : Device(text, driver)).ToString();
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
