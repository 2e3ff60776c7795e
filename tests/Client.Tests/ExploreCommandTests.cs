using System.Text.Json;

namespace DmaGrains.Client.Tests;

public sealed class ExploreCommandTests : IDisposable
{
    private static readonly string[] _reportFields = ["scenario", "shows", "board", "faults", "policies"];

    private static readonly string[] _policyFields =
    [
        "policy", "complete", "stopped_by", "explored_steps", "orders", "states", "final_states", "boards", "order_matters", "outcomes",
        "failures",
    ];

    private static readonly string[] _failureFields =
        ["kind", "importer", "operation", "buffer", "outcome", "orders", "order", "reason"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("explore");

    private string Saved => Path.Combine(_folder.FullName, "saved.yaml");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Json_has_the_documented_fields()
    {
        var answer = await Answer.OfAsync("explore", "gpu-and-display", "--json");
        var report = answer.Json();

        Assert.Equal(1, answer.Code);
        Assert.Equal(_reportFields, NamesIn(report));
        var policy = Assert.Single(report.GetProperty("policies").EnumerateArray());
        Assert.Equal(_policyFields, NamesIn(policy));
        Assert.Equal("as written", policy.GetProperty("policy").GetString());
        Assert.Equal(70, policy.GetProperty("orders").GetInt32());
        Assert.Equal(_failureFields, NamesIn(policy.GetProperty("failures")[0]));
        Assert.Equal("refused", policy.GetProperty("failures")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Text_says_how_many_orders_lead_to_what_and_shows_the_shortest_that_fails()
    {
        var text = (await Answer.OfAsync("explore", "gpu-and-display")).Output;

        Assert.DoesNotContain('\u001b', text);
        Assert.Contains("\nas written: complete, 70 orders, ", text, StringComparison.Ordinal);
        Assert.Contains("   78.6 %  55 orders: every step is granted\n", text, StringComparison.Ordinal);
        Assert.Contains("   21.4 %  15 orders: display: EBUSY, 3 skipped\n", text, StringComparison.Ordinal);
        Assert.Contains(
            "  1. display attach frame EBUSY, in 15 orders; the shortest:\n     gpu attach frame, gpu map frame, display attach frame EBUSY\n",
            text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_fails_the_order_does_not_matter_and_nothing_is_saved()
    {
        var answer = await Answer.OfAsync("explore", "iommu-joins", "--save", Saved);

        Assert.Equal(0, answer.Code);
        Assert.Contains("the order does not matter: one outcome\n", answer.Output, StringComparison.Ordinal);
        Assert.Contains("nothing fails", answer.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Saved));
    }

    [Theory]
    [InlineData("gpu-maps-first", "1", new string[0])]
    [InlineData("cpu-draws", "3", new string[0])]
    [InlineData("held-mapping", "1", new[] { "--wait" })]
    [InlineData("gpu-and-display", "2", new[] { "--fault", "memory", "--fault", "crash=display" })]
    public async Task A_saved_order_runs_to_the_same_end(string scenario, string failure, string[] more)
    {
        var answer = await Answer.OfAsync(["explore", scenario, "--save", Saved, "--failure", failure, "--json", .. more]);
        var expected = answer.Json().GetProperty("policies")[0].GetProperty("failures")[int.Parse(failure, null) - 1].GetProperty("order");

        var run = (await Answer.OfAsync("run", Saved, "--engine", "model", "--json")).Good().Json();

        Assert.Contains(run.GetProperty("result").GetString(), (string[])["good", "hazard"]);
        Assert.Equal(
            expected.EnumerateArray().Last().GetProperty("outcome").GetString(),
            run.GetProperty("steps").EnumerateArray().Last().GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Several_policies_are_explored_one_after_another()
    {
        var answer = await Answer.OfAsync("explore", "gpu-maps-first", "--policy", "migrate", "--policy", "refuse", "--json");

        Assert.Equal(
            ["refuse", "migrate"], answer.Json().GetProperty("policies").EnumerateArray().Select(policy => policy.GetProperty("policy").GetString()));
    }

    [Fact]
    public async Task A_limit_is_named_and_the_exit_code_says_that_it_is_not_complete()
    {
        var answer = await Answer.OfAsync("explore", "iommu-joins", "--states", "3");

        Assert.Equal(1, answer.Code);
        Assert.Contains("as written: not complete, ", answer.Output, StringComparison.Ordinal);
        Assert.Contains("stopped by the limit of states", answer.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--fault", "flood", "is not a fault")]
    [InlineData("--fault", "revoke=nothing", "names no buffer")]
    [InlineData("--fault", "crash=nobody", "names no importer")]
    [InlineData("--fault", "memory=nowhere", "names no region")]
    [InlineData("--fault", "parameters=vc4:max=1", "expected FIELD=NUMBER")]
    [InlineData("--fault", "parameters=vc4:segment_boundary_mask=5", "has holes")]
    [InlineData("--states", "0", "expected a whole number from 1 to")]
    [InlineData("--seconds", "-1", "expected a number from 0 to")]
    [InlineData("--failure", "1", "expected --save FILE with it")]
    [InlineData("--save", "/no/such/folder/x.yaml", "no such folder")]
    public async Task Wrong_options_are_told_in_one_line(string option, string value, string problem)
    {
        var answer = await Answer.OfAsync("explore", "gpu-and-display", option, value);

        answer.Unusable(problem);
    }

    private static IEnumerable<string> NamesIn(JsonElement element) => element.EnumerateObject().Select(field => field.Name);
}
