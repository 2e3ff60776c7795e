using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Catalogue;

/// <summary>What the catalogue knows of a driver, as a device of a board file.</summary>
public static class DriverText
{
    /// <summary>A list of one device, to paste under <c>devices</c>, with all else in comments.</summary>
    public static string Of(CatalogueDriver driver)
    {
        ArgumentNullException.ThrowIfNull(driver);
        var text = new YamlText();
        text.List().Comment($"{driver.Title}; class {driver.Class}").Comment($"takes {MemoryOf(driver.Memory)}; {(driver.Exports ? "exports buffers" : "never exports")}");
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

        return text.End().End().ToString();
    }

    /// <summary>What it takes, in words.</summary>
    public static string MemoryOf(MemoryTaken memory) => memory switch
    {
        MemoryTaken.Scattered => "pages anywhere",
        MemoryTaken.Contiguous => "one contiguous range",
        _ => "one range of addresses: contiguous memory, or pages that an IOMMU joins",
    };
}
