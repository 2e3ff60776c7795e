using System.Text.RegularExpressions;

namespace DmaGrains.Style.Tests;

/// <summary>What would make two builds of one commit differ.</summary>
public partial class SameBytesTests
{
    // .NET's generator writes the classes of a project in an order that differs from build to build; packaging/same-bytes shows it.
    [Fact]
    public void Messages_of_a_project_are_in_one_class() => Assert.DoesNotContain(
        Repository.FilesIn("src", "*.cs").Where(file => Message().IsMatch(Repository.Read(file))).GroupBy(file => file.Split('/')[1]),
        project => project.Count() > 1);

    [GeneratedRegex(@"\[LoggerMessage\(")]
    private static partial Regex Message();
}
