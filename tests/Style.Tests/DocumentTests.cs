using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using DmaGrains.Analysis.Comparing;
using DmaGrains.Kernel.Conformance;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Silo.Settings;

namespace DmaGrains.Style.Tests;

public partial class DocumentTests
{
    private static readonly string[] _reporting = ["Reports", "Scenarios", "Kernel", "Analysis"];

    public static TheoryData<string> ShippedFiles =>
        [.. Repository.FilesIn("boards", "*.yaml"), .. Repository.FilesIn("scenarios", "*.yaml")];

    public static TheoryData<string> Schemas => [.. Repository.FilesIn("schemas", "*.json")];

    [Fact]
    public void Errors_page_mentions_every_errno()
    {
        var words = Word().Matches(Repository.Read("docs/errors.md")).Select(word => word.Value);

        Assert.Empty(Enum.GetNames<Errno>().Except(words));
    }

    [Fact]
    public void Reports_page_names_every_field_of_the_reports()
    {
        var types = _reporting
            .SelectMany(project => Assembly.Load($"DmaGrains.{project}").GetTypes())
            .Where(type => type.IsPublic && type.Name.EndsWith("Report", StringComparison.Ordinal))
            .Concat([typeof(PolicyOutcome), typeof(RefusedStep), typeof(SegmentsOf), typeof(PolicyChoice), typeof(ConformanceFailure)])
            .Concat([typeof(RegionUse), typeof(BufferCosts)]);

        // The limits of the table are written by their own names.
        var fields = types.SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is not { Condition: JsonIgnoreCondition.Always }
                && property.GetCustomAttribute<JsonExtensionDataAttribute>() is null)
            .Select(property => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? property.Name)
            .Concat(ListLimit.All.Select(limit => limit.Field))
            .Select(JsonNamingPolicy.SnakeCaseLower.ConvertName);

        var named = CodeWord().Matches(Repository.Read("docs/reports.md")).Select(word => word.Groups["word"].Value);

        Assert.Empty(fields.Distinct().Except(named));
    }

    [Fact]
    public void Semantics_page_names_each_policy_under_which_the_order_of_attaches_matters()
    {
        var listed = AllBut().Match(Repository.Read("docs/semantics.md")).Groups["names"].Value;

        var free = NamedPolicies.All.Where(named =>
            named.Policy is { Allocation: AllocationTime.AtFirstMap, RefusedAttach: RefusedAttach.RolledBack, AttachTest: AttachTest.None });
        Assert.Equal(
            NamedPolicies.All.Except(free).Select(named => named.Name),
            PolicyName().Matches(listed).Select(name => name.Groups["name"].Value));
    }

    [Fact]
    public void Operations_page_mentions_every_setting()
    {
        var page = Repository.Read("docs/operations.md");

        Assert.All(Setting.All, setting => Assert.Contains($"| `{setting.Name}` |", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Operations_page_shows_the_unit_of_systemd() => Assert.Contains(
        $"```\n{Repository.Read("packaging/dmagrains.service")}```", Repository.Read("docs/operations.md"), StringComparison.Ordinal);

    [Fact]
    public void Thread_page_names_scenarios_that_exist()
    {
        var named = Emphasised().Matches(Repository.Read("docs/thread.md")).Select(match => match.Groups["name"].Value).ToList();

        var shipped = Repository.FilesIn("scenarios", "*.yaml").Select(Path.GetFileNameWithoutExtension);
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(["Where", "Shown by"]).Except(shipped));
    }

    [Theory]
    [InlineData("docs/rules.md")]
    [InlineData("docs/thread.md")]
    public void Page_names_members_that_exist(string page)
    {
        var named = MemberName().Matches(Repository.Read(page))
            .Select(match => (Type: match.Groups["type"].Value, Member: match.Groups["member"].Value))
            .Where(name => !name.Type.EndsWith("Tests", StringComparison.Ordinal)).Distinct().ToList();

        var types = new[] { typeof(DmaBuffer).Assembly, typeof(PolicyOutcome).Assembly, Assembly.Load("DmaGrains.Interfaces") }
            .SelectMany(assembly => assembly.GetTypes()).Where(type => !type.IsNested).ToLookup(type => type.Name);
        Assert.True(named.Count > 30);
        Assert.All(named, name => Assert.True(
            types[name.Type].Any(type => type.GetMembers(AllMembers).Any(member => member.Name == name.Member)), $"{name.Type}.{name.Member}"));
    }

    [Fact]
    public void Rules_page_names_each_member_with_its_file()
    {
        var rows = Repository.Read("docs/rules.md").Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal) && line.Contains('`', StringComparison.Ordinal))
            .Select(line => line.Split(" | ")).ToList();

        Assert.True(rows.Count > 30);
        Assert.All(rows, row =>
        {
            Assert.Equal(4, row.Length);
            var text = string.Concat(FilesIn(row[1]).Select(Repository.Read));
            Assert.All(
                MemberName().Matches(row[1]).Select(name => name.Groups["member"].Value),
                member => Assert.Matches($@"\b{member}\b", text));
            Assert.All(FilesIn(row[3]), file => Assert.NotEmpty(Repository.Read(file)));
        });
    }

    [Fact]
    public void Deciding_members_say_whether_they_are_the_only_place()
    {
        var rows = Repository.Read("docs/rules.md").Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal) && line.Contains('`', StringComparison.Ordinal));

        var silent = rows.Select(line => line.Split(" | ")[1]).SelectMany(cell =>
        {
            var text = string.Concat(FilesIn(cell).Select(Repository.Read));
            return DecidingName().Matches(cell)
                .Select(name => (Type: name.Groups["type"].Value, Member: name.Groups["member"].Value))
                .Where(name => !SaysSo(text, name.Member) && !SaysSo(text, name.Type));
        });

        Assert.Empty(silent.Distinct());
    }

    /// <summary>Whether the comment of some declaration of that name speaks of the only place.</summary>
    private static bool SaysSo(string text, string name) => name.Length != 0
        && Regex.IsMatch(text, $@"only place[^\n]*\n(\s*///[^\n]*\n)*(\s*\[[^\n]*\n)*[^\n/=;]*\b{name}\b[^\n]*\n");

    /// <summary>The source files that are named in a cell of the rules page.</summary>
    private static IEnumerable<string> FilesIn(string cell) => SourceFile().Matches(cell).Select(match => match.Groups["path"].Value)
        .Select(path => path.StartsWith("src/", StringComparison.Ordinal) ? path : $"src/Model/{path}");

    [Theory]
    [InlineData("docs/thread.md")]
    [InlineData("docs/rules.md")]
    public void Page_names_tests_that_exist(string page)
    {
        var named = TestName().Matches(Repository.Read(page));

        var tests = string.Concat(Repository.FilesIn("tests", "*Tests.cs").Select(Repository.Read));
        Assert.NotEmpty(named);
        var missing = named.SelectMany(match => (string[])[match.Groups["class"].Value, match.Groups["method"].Value])
            .Where(name => !tests.Contains($" {name}", StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    [Fact]
    public void Readme_starts_with_two_commands()
    {
        var block = FirstCodeBlock().Match(Repository.Read("README.md")).Groups["lines"].Value;

        var commands = block.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith('#'));
        Assert.Equal(2, commands.Count());
    }

    [Theory]
    [MemberData(nameof(Schemas))]
    public void Schema_is_JSON(string file)
    {
        using var schema = JsonDocument.Parse(Repository.Read(file));

        Assert.True(schema.RootElement.TryGetProperty("$schema", out _));
    }

    [Theory]
    [MemberData(nameof(ShippedFiles))]
    public void Shipped_file_starts_with_its_schema(string file)
    {
        var schema = SchemaLine().Match(Repository.Read(file)).Groups["path"].Value;

        Assert.NotEmpty(schema);
        Assert.True(File.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(file)!, schema)), schema);
    }

    [GeneratedRegex(@"\(all but (?<names>[^)]*)\)")]
    private static partial Regex AllBut();

    [GeneratedRegex(@"`(?<name>[a-z-]+)`")]
    private static partial Regex PolicyName();

    [GeneratedRegex(@"`(?<word>[a-z_]+)`")]
    private static partial Regex CodeWord();

    [GeneratedRegex(@"\bE[A-Z]+\b")]
    private static partial Regex Word();

    [GeneratedRegex(@"^```\w*\n(?<lines>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex FirstCodeBlock();

    [GeneratedRegex(@"\A# yaml-language-server: \$schema=(?<path>\S+)\n")]
    private static partial Regex SchemaLine();

    [GeneratedRegex(@"(?<!\*)\*(?<name>[A-Za-z][A-Za-z0-9 -]*)\*(?!\*)")]
    private static partial Regex Emphasised();

    private const BindingFlags AllMembers =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [GeneratedRegex(@"`(?<type>[A-Z]\w+)\.(?<member>[A-Z]\w+)`")]
    private static partial Regex MemberName();

    [GeneratedRegex(@"`((?<type>[A-Z]\w+)\.)?(?<member>[A-Z]\w+)`")]
    private static partial Regex DecidingName();

    [GeneratedRegex(@"`(?<path>[\w./]+/[\w.]+\.cs)`")]
    private static partial Regex SourceFile();

    [GeneratedRegex(@"`(?<class>[A-Z]\w*Tests)(\.(?<method>\w+))?`")]
    private static partial Regex TestName();
}
