using System.Text.Json;

namespace DmaGrains.Client.Tests;

public class CompareCommandTests
{
    private static readonly string[] _reportFields = ["scenario", "shows", "board", "policies", "choice"];

    private static readonly string[] _policyFields =
    [
        "policy", "importers", "served", "refusals", "hazards", "costs", "contiguous_bytes_peak", "segments", "refused_as_expected",
        "looks_at_importers", "safe",
    ];

    private static readonly string[] _choiceFields = ["policy", "as_good", "never_served", "reason", "safe", "lucky"];

    [Fact]
    public async Task Json_has_the_documented_fields()
    {
        var report = (await Answer.OfAsync("compare", "gpu-maps-first", "--json")).Good().Json();

        Assert.Equal(_reportFields, NamesIn(report));
        Assert.All(report.GetProperty("policies").EnumerateArray(), policy => Assert.Equal(_policyFields, NamesIn(policy)));
        Assert.Equal(_choiceFields, NamesIn(report.GetProperty("choice")));
        Assert.Equal("as written", report.GetProperty("choice").GetProperty("policy").GetString());
        Assert.True(report.GetProperty("choice").GetProperty("safe").GetBoolean());
    }

    [Fact]
    public async Task Text_ends_with_what_to_choose_and_why()
    {
        var text = (await Answer.OfAsync("compare", "gpu-maps-first", "--policy", "refuse", "--policy", "migrate")).Good().Output;

        Assert.DoesNotContain('\u001b', text);
        Assert.Matches("(?m)^migrate +2 of 2 +none +0 +8294400 +0 +0/2/0 +8294400 +gpu 10$", text);
        Assert.Matches("(?m)^refuse +gpu +display EBUSY +0 +0 +0 +0/2/0 +0 +gpu 10$", text);
        Assert.EndsWith(
            "\nchoose refuse. It serves 1 of 2 importers and refuses display as expected, nothing goes wrong silently, and nothing is copied. "
            + "Next is migrate, which copies or bounces 8294400 bytes.\n",
            text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("refuse", "migrate", "refuse")]
    [InlineData("accept", "migrate", "migrate")]
    public async Task Picture_is_that_of_a_run_under_the_recommended_policy(string one, string other, string recommended)
    {
        using var folder = new TemporaryFolder();
        var (compared, run) = (Path.Combine(folder.Path, "compared.svg"), Path.Combine(folder.Path, "run.svg"));

        (await Answer.OfAsync("compare", "gpu-maps-first", "--policy", one, "--policy", other, "--svg", compared)).Good();
        await Answer.OfAsync("run", "gpu-maps-first", "--policy", recommended, "--engine", "model", "--svg", run);

        Assert.Contains($">gpu-maps-first on raspberry-pi-4, {recommended}<", await TextOfAsync(compared), StringComparison.Ordinal);
        Assert.Equal(await BelowTheTitleAsync(run), await BelowTheTitleAsync(compared));
        (await Answer.OfAsync("compare", "gpu-maps-first", "--svg", compared)).Unusable("it already exists");
    }

    [Fact]
    public async Task Refusals_that_are_the_same_under_several_policies_are_told_once()
    {
        var text = (await Answer.OfAsync("compare", "gpu-maps-first", "--policy", "refuse", "--policy", "resplit")).Good().Output;

        Assert.Contains("\nrefuse, resplit\n", text, StringComparison.Ordinal);
        Assert.Single(text.Split('\n'), line => line.StartsWith("  step 4, display attach frame: EBUSY, as expected", StringComparison.Ordinal));
    }

    private static async Task<string> BelowTheTitleAsync(string file)
    {
        const string end = "</text>";
        var text = await TextOfAsync(file);
        return text[text.IndexOf(end, StringComparison.Ordinal)..];
    }

    private static Task<string> TextOfAsync(string file) => File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);

    private static IEnumerable<string> NamesIn(JsonElement element) => element.EnumerateObject().Select(field => field.Name);
}
