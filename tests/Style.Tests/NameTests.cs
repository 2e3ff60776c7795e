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

    [Fact]
    public void Tests_are_named_by_sentences_that_need_no_other_test_before_them()
    {
        var tests = Repository.FilesIn("tests", "*Tests*.cs").SelectMany(file => Test().Matches(Repository.Read(file)))
            .Select(test => test.Groups["name"].Value)
            .ToList();

        Assert.True(tests.Count > 1000, $"only {tests.Count} tests were found");
        Assert.DoesNotContain(tests, name => LeansOnAnother().IsMatch(name));
    }

    private static bool SaysNothing(string name) => _empty.Any(word => name.Contains(word, StringComparison.Ordinal));

    [GeneratedRegex(@"^    public (static )?(async )?(void|Task|ValueTask) (?<name>[A-Z]\w*_\w*)\(", RegexOptions.Multiline)]
    private static partial Regex Test();

    [GeneratedRegex("^(And|Also|But|Else|It|So|Then|They)_")]
    private static partial Regex LeansOnAnother();

    [GeneratedRegex(@"^(?!\s*//).*?\b(class|record struct|record class|record|struct|interface|enum) (?<name>[A-Z]\w*)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
