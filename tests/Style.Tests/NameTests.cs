using System.Text.RegularExpressions;

namespace DmaGrains.Style.Tests;

public partial class NameTests
{
    /// <summary>Words that stand where the concept has no name yet.</summary>
    private static readonly string[] _empty = ["Manager", "Helper", "Util", "Info", "Data"];

    public static TheoryData<string> Folders => ["src", "tests", "bench", "samples"];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Files_are_named_after_concepts(string folder) =>
        Assert.DoesNotContain(Repository.FilesIn(folder), file => SaysNothing(Path.GetFileName(file)));

    [Theory]
    [MemberData(nameof(Folders))]
    public void Types_are_named_after_concepts(string folder)
    {
        var types = Repository.FilesIn(folder, "*.cs").SelectMany(file => Declaration().Matches(Repository.Read(file)))
            .Select(declaration => declaration.Groups["name"].Value)
            .ToList();

        Assert.NotEmpty(types);
        Assert.DoesNotContain(types, SaysNothing);
    }

    private static bool SaysNothing(string name) => _empty.Any(word => name.Contains(word, StringComparison.Ordinal));

    [GeneratedRegex(@"^(?!\s*//).*?\b(class|record struct|record class|record|struct|interface|enum) (?<name>[A-Z]\w*)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
