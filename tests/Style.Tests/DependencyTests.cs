using System.Reflection;

namespace DmaGrains.Style.Tests;

public class DependencyTests
{
    /// <summary>What each assembly of the project may use of the others; it is no mistake to use less.</summary>
    public static TheoryData<string, string[]> Allowed => new()
    {
        { "DmaGrains.Model", [] },
        { "DmaGrains.Interfaces", ["DmaGrains.Model"] },
        { "DmaGrains.Grains", ["DmaGrains.Model", "DmaGrains.Interfaces", "DmaGrains.Experiments"] },
        { "DmaGrains.Silo", ["DmaGrains.Model", "DmaGrains.Interfaces", "DmaGrains.Grains"] },
        { "DmaGrains.Scenarios", ["DmaGrains.Model", "DmaGrains.Interfaces"] },
        { "DmaGrains.Testing", ["DmaGrains.Model", "DmaGrains.Interfaces", "DmaGrains.Grains", "DmaGrains.Scenarios", "DmaGrains.Silo"] },
        { "DmaGrains.Experiments", ["DmaGrains.Model", "DmaGrains.Interfaces", "DmaGrains.Scenarios"] },
        { "dmagrains", ["DmaGrains.Model", "DmaGrains.Interfaces", "DmaGrains.Scenarios", "DmaGrains.Experiments", "DmaGrains.Silo"] },
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
