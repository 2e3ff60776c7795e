using System.Text.Json;
using DmaGrains.Model.Policies;

namespace DmaGrains.Client.Tests;

public class RunCommandTests
{
    private static readonly string[] _reportFields = ["scenario", "shows", "board", "result", "steps", "memory"];

    private static readonly string[] _stepFields =
    [
        "index", "importer", "device", "operation", "buffer", "direction", "options", "context", "parameters", "outcome", "expected", "refusal",
        "union", "scatterlist", "pfns", "recalculated", "wish", "costs", "hazards",
    ];

    public static TheoryData<string> Scenarios =>
    [
        .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "scenarios"))
            .Select(file => Path.GetFileNameWithoutExtension(file)),
    ];

    public static TheoryData<string> Policies => [.. NamedPolicies.All.Select(policy => policy.Name)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Run_answers_the_same_bytes_on_both_engines(string scenario)
    {
        var grains = await Answer.OfAsync("run", scenario, "--json");
        var model = await Answer.OfAsync("run", scenario, "--engine", "model", "--json");

        Assert.Equal(model.Good().Output, grains.Good().Output);
        var hazards = model.Json().GetProperty("steps").EnumerateArray().Sum(step => step.GetProperty("hazards").GetArrayLength());
        Assert.Equal(hazards == 0 ? "good" : "hazard", model.Json().GetProperty("result").GetString());
    }

    [Theory]
    [InlineData("gpu-and-display", "good", 0)]
    [InlineData("mainline-today", "hazard", 1)]
    public async Task Strict_exits_with_1_when_something_went_wrong_silently(string scenario, string result, int code)
    {
        var answer = await Answer.OfAsync("run", scenario, "--engine", "model", "--strict");
        var lenient = await Answer.OfAsync("run", scenario, "--engine", "model");

        Assert.Equal(code, answer.Code);
        Assert.Contains($"\nresult: {result}", answer.Output, StringComparison.Ordinal);
        Assert.Equal(answer.Output, lenient.Good().Output);
    }

    [Fact]
    public async Task Text_says_how_many_hazards_there_are_and_where() => Assert.EndsWith(
        "\nresult: hazard: 1 thing went wrong silently (attached_too_late), see step 4\n",
        (await Answer.OfAsync("run", "mainline-today", "--engine", "model")).Good().Output,
        StringComparison.Ordinal);

    [Fact]
    public async Task Recalculate_says_who_has_changed_or_that_nobody_has()
    {
        // As posted, a refused attach leaves the union narrowed, though nobody has changed.
        using var board = new TemporaryFile("""
            name: t
            title: t
            memory: [{name: ram, kind: system, start: 0x100000, size: 16MiB, reserved: {every: 8KiB, pages: 1}}]
            devices:
              - {name: gpu, max_segment_size: 4294967295, dma_mask: 0xffffffff}
              - {name: disk, max_segment_size: 4294967295, max_segment_count: 16, dma_mask: 0xffffffff}
            """);
        using var file = new TemporaryFile($$"""
            name: t
            shows: Who has changed.
            board: {{board.Path}}
            policy: {refused_attach: left-narrowed}
            buffers: [{name: frame, size: 65536}, {name: film, size: 131072}]
            importers:
              - {name: gpu, device: gpu, steps: [attach film, map film]}
              - name: disk
                device: disk
                steps: [{attach: film, expect: EBUSY}, recalculate film, attach frame, recalculate frame, {set-parameters: {max_segment_size: 4096} }, recalculate frame]
            order: [gpu, gpu, disk, disk, disk, disk, disk, disk]
            """);

        var answer = (await Answer.OfAsync("run", file.Path, "--engine", "model")).Good();

        Assert.Equal(
            [
                "any count, any size, no boundary, although no importer has changed: the running union is not that of the attached importers",
                "the same",
                "any count, 4096 bytes each, no boundary, as disk has changed",
            ],
            answer.Output.Split("      recalculated: ")[1..].Select(rest => rest.Split('\n')[0]));
    }

    [Fact]
    public async Task Json_says_of_a_limit_that_nobody_stated_it_and_how_to_state_it()
    {
        const string Board = """
            name: t
            title: t
            memory: [{name: ram, kind: system, start: 0x100000, size: 16MiB, source: assumed}]
            devices: [{name: hda, driver: hda, description: hda, dma_mask: 0xffffffff, coherent: true, sources: {dma_mask: t}}]
            """;
        using var board = new TemporaryFile(Board);
        using var file = new TemporaryFile($$"""
            name: test
            shows: A test.
            board: {{board.Path}}
            policy: mainline
            buffers: [{name: frame, size: 1MiB}]
            importers: [{name: dsp, device: hda, steps: [attach, map]}]
            """);

        var report = (await Answer.OfAsync("run", file.Path, "--engine", "model", "--json")).Good().Json();

        var hazard = Assert.Single(report.GetProperty("steps").EnumerateArray().Last().GetProperty("hazards").EnumerateArray());
        Assert.Equal(("max_segment_size", true), (hazard.GetProperty("field").GetString(), hazard.GetProperty("assumed").GetBoolean()));
        Assert.Contains("dma_set_max_seg_size()", hazard.GetProperty("cure").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Policy_of_a_run_refuses_what_the_comparison_says_of_it(string policy)
    {
        var run = (await Answer.OfAsync("run", "gpu-maps-first", "--policy", policy, "--engine", "model", "--json")).Json();
        var compared = (await Answer.OfAsync("compare", "gpu-maps-first", "--policy", policy, "--json")).Good().Json().GetProperty("policies")[0];

        Assert.Equal(
            compared.GetProperty("refusals").EnumerateArray().Select(refusal => (refusal.GetProperty("step").GetInt32(), ReasonOf(refusal))),
            run.GetProperty("steps").EnumerateArray()
                .Where(step => step.GetProperty("refusal").ValueKind != JsonValueKind.Null)
                .Select(step => (step.GetProperty("index").GetInt32(), ReasonOf(step))));
    }

    [Fact]
    public async Task Policy_of_a_run_takes_the_place_of_the_files_and_its_expectations_still_apply()
    {
        var refused = await Answer.OfAsync("run", "gpu-maps-first", "--policy", "refuse");
        var moved = await Answer.OfAsync("run", "gpu-maps-first", "--policy", "migrate");
        var onModel = await Answer.OfAsync("run", "gpu-maps-first", "--policy", "migrate", "--engine", "model");

        Assert.EndsWith("\nresult: good\n", refused.Good().Output, StringComparison.Ordinal);
        Assert.Matches("(?m)^ +4  display +attach frame .* ok ", moved.Output);
        Assert.EndsWith("\nresult: unexpected: a step did not come out as the scenario expects\n", moved.Refused("unexpected").Output, StringComparison.Ordinal);
        Assert.Equal(onModel.Output, moved.Output);
    }

    [Fact]
    public async Task Svg_is_written_beside_the_answer_and_again()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "memory.svg");
        var with = await Answer.OfAsync("run", "gpu-and-display", "--engine", "model", "--json", "--svg", file);
        var without = await Answer.OfAsync("run", "gpu-and-display", "--json");
        var picture = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        (await Answer.OfAsync("run", "fragmented", "--engine", "model", "--svg", file, "--force")).Good();

        Assert.Equal(without.Good().Output, with.Good().Output);
        Assert.Contains("frame: 7.9 MiB in 1 run of pages", picture, StringComparison.Ordinal);
        Assert.NotEqual(picture, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Svg_that_cannot_be_written_is_a_usage_error()
    {
        var answer = await Answer.OfAsync("run", "gpu-and-display", "--engine", "model", "--svg", "/no/such/folder/a.svg");

        Assert.Equal(64, answer.Code);
        Assert.StartsWith("dmagrains: --svg '/no/such/folder/a.svg' cannot be written: ", answer.Error, StringComparison.Ordinal);
        Assert.Empty(answer.Output);
    }

    [Fact]
    public async Task Json_has_the_documented_fields()
    {
        var report = (await Answer.OfAsync("run", "impossible-together", "--engine", "model", "--json")).Good().Json();

        Assert.Equal(_reportFields, NamesIn(report));
        Assert.All(report.GetProperty("steps").EnumerateArray(), step => Assert.Equal(_stepFields, NamesIn(step)));
        var refusal = report.GetProperty("steps").EnumerateArray().Last().GetProperty("refusal");
        Assert.Equal("EINVAL", refusal.GetProperty("errno").GetString());
        Assert.Equal("dw_mmc", refusal.GetProperty("importer").GetString());
        Assert.Equal("max_segment_size", refusal.GetProperty("field").GetString());
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Text_is_plain_when_it_goes_to_no_terminal(string scenario)
    {
        var text = (await Answer.OfAsync("run", scenario, "--engine", "model")).Good().Output;

        Assert.DoesNotContain('\u001b', text);
        Assert.All(text.Split('\n'), line => Assert.Equal(line.TrimEnd(), line));
        Assert.Matches(text.Contains(" hazard: ", StringComparison.Ordinal) ? @"\nresult: hazard: \d+ things? went.*\n$" : @"\nresult: good\n$", text);
        Assert.DoesNotMatch(@"\b1 (segments|entries|bytes|pages|runs)\b", text);
    }

    [Theory]
    [InlineData("{attach: frame, expect: EINVAL}", "unexpected")]
    [InlineData("release frame, attach frame", "refused")]
    public async Task Run_exits_with_1_when_a_step_does_not_come_out_as_expected(string steps, string result)
    {
        using var file = new TemporaryFile(ScenarioWith(steps));

        var answer = await Answer.OfAsync("run", file.Path, "--engine", "model", "--json");

        Assert.Equal(result, answer.Refused(result).Json().GetProperty("result").GetString());
    }

    [Theory]
    [InlineData("name: [", ":2:1: malformed YAML")]
    [InlineData("", ":1:1: the file is empty; expected a mapping")]
    [InlineData("name: t\nname: u", ":2:1: ")]
    [InlineData("nome: t", ":1:1: ")]
    public async Task Malformed_scenario_is_refused_with_file_and_line(string text, string saying)
    {
        using var file = new TemporaryFile(text);

        (await Answer.OfAsync("run", file.Path)).Unusable(file.Path + saying);
    }

    [Theory]
    [InlineData("attach frame", "v3d", "nobody", ":7: ")]
    [InlineData("attach frame", "1MiB", "0", ":5: ")]
    [InlineData("attach frame", "1MiB", "-1", ":5: ")]
    [InlineData("attach frame", "1MiB", "1.5GiB", ":5: ")]
    [InlineData("attach frame", "1MiB", "9223372036854775808", ":5: ")]
    [InlineData("attach nothing", "v3d", "v3d", ":8: ")]
    [InlineData("jump frame", "v3d", "v3d", ":8: ")]
    public async Task Impossible_scenario_is_refused_with_its_line(string steps, string old, string wrong, string line)
    {
        using var file = new TemporaryFile(ScenarioWith(steps).Replace(old, wrong, StringComparison.Ordinal));

        var answer = await Answer.OfAsync("run", file.Path);

        answer.Unusable("; expected ");
        Assert.Matches(line.Replace(" ", @"\d+: ", StringComparison.Ordinal), answer.Error);
    }

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(10_000_000)]
    public async Task Deeply_nested_scenario_is_refused(int depth)
    {
        using var file = new TemporaryFile(new string('[', depth));

        (await Answer.OfAsync("run", file.Path)).Unusable($"{file.Path}:1:");
    }

    private static string? ReasonOf(JsonElement refused) => refused.GetProperty("refusal").GetProperty("reason").GetString();

    private static string ScenarioWith(string steps) =>
        $"""
        name: test
        shows: A test.
        board: raspberry-pi-4
        buffers:
          - {"{name: frame, size: 1MiB}"}
        importers:
          - {"{name: gpu, device: v3d,"}
             steps: [{steps}]{"}"}
        """;

    private static IEnumerable<string> NamesIn(JsonElement element) => element.EnumerateObject().Select(field => field.Name);
}
