using System.Reflection;

namespace DmaGrains.Style.Tests;

public class DependencyTests
{
    private static readonly string[] _files = ["DmaGrains.Model", "DmaGrains.Interfaces", "DmaGrains.Reports"];

    /// <summary>What each assembly of the project may use of the others; it is no mistake to use less.</summary>
    public static TheoryData<string, string[]> Allowed => new()
    {
        { "DmaGrains.Model", [] },
        { "DmaGrains.Interfaces", ["DmaGrains.Model"] },
        { "DmaGrains.Reports", ["DmaGrains.Model"] },
        { "DmaGrains.Storage", ["DmaGrains.Interfaces"] },
        { "DmaGrains.ClusterClient", ["DmaGrains.Model", "DmaGrains.Interfaces"] },
        { "DmaGrains.Scenarios", [.. _files] },
        { "DmaGrains.Kernel", [.. _files, "DmaGrains.Scenarios"] },
        { "DmaGrains.Analysis", [.. _files, "DmaGrains.Scenarios"] },
        { "DmaGrains.Experiments", [.. _files, "DmaGrains.Scenarios", "DmaGrains.Kernel"] },
        { "DmaGrains.Grains", [.. _files, "DmaGrains.Scenarios", "DmaGrains.Experiments", "DmaGrains.Storage"] },
        { "DmaGrains.Silo", [.. _files, "DmaGrains.Scenarios", "DmaGrains.Analysis", "DmaGrains.Experiments", "DmaGrains.Grains", "DmaGrains.Storage"] },
        { "DmaGrains.Testing", [.. _files, "DmaGrains.Scenarios", "DmaGrains.Analysis", "DmaGrains.Grains", "DmaGrains.Storage", "DmaGrains.Silo"] },
        {
            "dmagrains",
            [
                .. _files, "DmaGrains.Scenarios", "DmaGrains.Kernel", "DmaGrains.Analysis", "DmaGrains.Experiments", "DmaGrains.Storage", "DmaGrains.Silo",
                "DmaGrains.ClusterClient",
            ]
        },
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public void Dependencies_point_one_way(string assembly, string[] allowed) =>
        Assert.Empty(ReferencesOf(assembly).Where(IsOurs).Except(allowed));

    [Fact]
    public void Every_assembly_is_listed() => Assert.Equal(
        Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll")
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Where(name => IsOurs(name) && !name.EndsWith(".Tests", StringComparison.Ordinal))
            .Order(),
        Allowed.Select(row => row.Data.Item1).Order());

    [Fact]
    public void Testing_depends_on_no_test_framework() => Assert.DoesNotContain(
        ReferencesOf("DmaGrains.Testing"), name => name.StartsWith("xunit", StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void Model_knows_of_Orleans_the_serializer_only()
    {
        var foreign = ReferencesOf("DmaGrains.Model").Where(name => !name.StartsWith("System.", StringComparison.Ordinal));

        Assert.All(foreign, name => Assert.StartsWith("Orleans.Serialization", name, StringComparison.Ordinal));
    }

    private static bool IsOurs(string name) => name.StartsWith("DmaGrains", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> ReferencesOf(string assembly) =>
        Assembly.Load(assembly).GetReferencedAssemblies().Select(reference => reference.Name!);
}
