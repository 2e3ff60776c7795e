using System.Globalization;
using DmaGrains.Reports;

namespace DmaGrains.Client.Output;

/// <summary>A board's MMUs as a table.</summary>
internal static class IommuTable
{
    private static readonly string[] _headings =
        ["MMU", "tables", "contexts", "granule", "first", "last", "policy", "alignment", "reuse", "reserved"];

    /// <summary>One row for each MMU.</summary>
    public static void Write(Terminal terminal, IReadOnlyCollection<IommuReport> iommus)
    {
        terminal.Table(_headings, iommus.Select(RowOf));
        foreach (var iommu in iommus.Where(iommu => iommu.OutputLimit is not null))
        {
            terminal.Line($"The entries of {iommu.Name} hold addresses up to 0x{iommu.OutputLimit:x}.");
        }
    }

    private static string[] RowOf(IommuReport iommu) =>
    [
        iommu.Name,
        iommu.Owner,
        Number(iommu.Contexts),
        Number(iommu.Granule),
        $"0x{iommu.First:x}",
        $"0x{iommu.Last:x}",
        iommu.Policy,
        iommu.Alignment,
        iommu.Reuse,
        string.Join(", ", iommu.Reserved.Select(window => $"0x{window.Start:x}+0x{window.Size:x}")),
    ];

    private static string Number(uint value) => value.ToString(CultureInfo.InvariantCulture);
}
