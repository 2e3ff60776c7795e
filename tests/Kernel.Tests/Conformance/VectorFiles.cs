using DmaGrains.Kernel.Conformance;

namespace DmaGrains.Kernel.Tests.Conformance;

/// <summary>The public vector files, and files of a test's own lines.</summary>
internal static class VectorFiles
{
    public static IReadOnlyList<string> PublicKinds { get; } =
        ["scatterlist", "constraints", "representability", "check_sg_segment", "iommu_map", "iova", "iommu_place", "swiotlb", "swiotlb_areas", "cma", "buddy"];

    public static string PublicPath(string kind) =>
        Path.Combine(AppContext.BaseDirectory, "vectors", $"{kind}.public.jsonl");

    public static string[] PublicLines(string kind) => File.ReadAllLines(PublicPath(kind));

    public static ConformanceReport RunPublic(string kind) => Kernel.Conformance.Conformance.Run(PublicPath(kind));

    /// <summary>Runs a file of these lines, the last one without a line end.</summary>
    public static ConformanceReport Run(params IEnumerable<string> lines)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.jsonl");
        File.WriteAllText(path, string.Join('\n', lines));
        try
        {
            return Kernel.Conformance.Conformance.Run(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The fault of a file of these lines; its message starts with the file's name and the line.</summary>
    public static VectorFileException Fault(params IEnumerable<string> lines)
    {
        var fault = Assert.Throws<VectorFileException>(() => Run(lines));
        Assert.StartsWith($"{fault.Path}:{fault.Line}: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("; expected ", fault.Message, StringComparison.Ordinal);
        return fault;
    }
}
