using System.Collections.Immutable;
using CsCheck;
using DmaGrains.Analysis.Advising;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Analysis.Tests.Advising;

/// <summary>What <c>advise</c> says of a way is what <c>run</c> says of it: each row is played as a scenario, from the words that it gives.</summary>
public sealed class AdviceRunsTests
{
    private static readonly ImmutableArray<BoardDefinition> _shipped =
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "boards"), "*.yaml").Order(StringComparer.Ordinal).Select(BoardFile.Read)];

    private static readonly Gen<AdviceRequest> _onShippedBoards =
        from board in Gen.Int[0, _shipped.Length - 1].Select(index => _shipped[index])
        from devices in Gen.Shuffle(board.Devices.Select(device => device.Name).ToArray(), Math.Min(3, board.Devices.Length))
        from count in Gen.Int[1, devices.Length]
        from size in Gen.OneOf(4096UL, 65536UL, 1920UL * 1080 * 4, 80UL << 20)
        from pin in Gen.Int[0, 3]
        select new AdviceRequest(board, [.. devices.Take(count)], size) { Exporter = pin == 0 ? devices[^1] : null };

    [Fact]
    public Task On_small_boards_every_row_runs_as_it_is_told() => AnyRequest.Any.SampleAsync(EachRowRunsAsToldAsync, iter: 60);

    [Fact]
    public Task On_shipped_boards_every_row_runs_as_it_is_told() => _onShippedBoards.SampleAsync(EachRowRunsAsToldAsync, iter: 40);

    [Fact]
    public async Task A_row_can_be_put_into_a_scenario_file()
    {
        using var folder = new TemporaryFolder();
        var advice = Advisor.Advise(new(BoardFile.Read(ShippedFiles.Board("raspberry-pi-4")), ["v3d", "vc4"], 8294400));
        var best = advice.Candidates[0];
        folder.Write("advised.yaml", $$"""
            name: advised
            shows: What was advised.
            board: raspberry-pi-4
            buffers:
              - name: frame
                size: {{advice.SizeBytes}}
                {{string.Join("\n    ", ScenarioKeys.Lines(best.Exporter, best.Memory, best.Policy, 76))}}
            importers:
              - {name: display, device: vc4, steps: [attach, map]}
              - {name: gpu, device: v3d, steps: [attach, map]}
            """);

        var scenario = ScenarioFile.Read(Path.Combine(folder.Path, "advised.yaml"));
        var run = await ScenarioRunner.PlayAsync(scenario, ModelEngine.Create(scenario.Board).Value, TestContext.Current.CancellationToken);

        Assert.Equal((Verdict.Works, RunResult.Good), (best.Verdict, run.Result));
        Assert.Equal(best.Regions, run.Memory.Where(region => region.HeldBytes != 0).Select(region => region.Name));
    }

    [Theory]
    [InlineData(AllocatesFor.ForItself)]
    [InlineData(AllocatesFor.ForNobody)]
    [InlineData(AllocatesFor.ForAll)]
    public void The_words_of_a_policy_read_as_the_policy_that_was_played(AllocatesFor allocates) => Assert.All([false, true], cutsForEach =>
    {
        var way = new Candidate(null, allocates, default);
        var words = NodeTree.Parse("advised.yaml", $"policy: {way.PolicyTextThat(cutsForEach)}\n").Required("policy");

        Assert.Equal(way.PolicyThat(cutsForEach), PolicyFields.Read(words));
    });

    private static async Task EachRowRunsAsToldAsync(AdviceRequest request)
    {
        foreach (var row in Advisor.Advise(request).Candidates)
        {
            var run = await ScenarioRunner.PlayAsync(ScenarioOf(request, row), ModelEngine.Create(request.Board).Value, TestContext.Current.CancellationToken);

            // Who cannot export, or does not get its own memory, is told of alone: nobody else has anything to attach to.
            var refused = run.Steps
                .Where(step => step.Refusal is not null)
                .Select(step => (step.Operation == "export" ? null : step.Device, step.Operation, step.Refusal!))
                .Take(row.Refused is [{ Operation: "export" }] || IsAlone(row) ? 1 : int.MaxValue);
            Assert.Equal(row.Refused.Select(told => (told.Importer, told.Operation, told.Refusal)), refused);
            var hazards = run.Steps.SelectMany(step => step.Hazards).ToList();
            if (row.Verdict != Verdict.Refused)
            {
                Assert.Equal(row.Hazards, hazards);
            }

            Assert.Equal(row.Verdict, VerdictOf(run, hazards));
        }
    }

    private static bool IsAlone(CandidateReport row) =>
        row is { Allocates: AllocatesFor.ForItself, Refused: [{ Operation: "attach" } first] } && first.Importer == row.Exporter;

    private static Verdict VerdictOf(RunReport run, List<HazardReport> hazards) =>
        run.Result == RunResult.Refused ? Verdict.Refused
        : hazards.Any(hazard => hazard.Kind is not ("stale_snoop" or "by_luck")) ? Verdict.WorksWrongly
        : hazards.Any(hazard => hazard.Kind == "by_luck") ? Verdict.ByLuck
        : Verdict.Works;

    /// <summary>All attach, who allocates for itself first, and then map in the order of the request.</summary>
    private static Scenario ScenarioOf(AdviceRequest request, CandidateReport row)
    {
        var first = row.Allocates == AllocatesFor.ForItself ? [row.Exporter!] : Array.Empty<string>();
        ImmutableArray<string> names = [.. first, .. request.Devices.Except(first)];
        ImmutableArray<Importer> importers =
        [
            .. names.Select(name => new Importer(
                name, name, request.Devices.Contains(name) ? [StepOf(StepKind.Attach), StepOf(StepKind.Map)] : [StepOf(StepKind.Attach)])),
        ];
        ImmutableArray<int> order = [.. Enumerable.Range(0, names.Length), .. request.Devices.Select(name => names.IndexOf(name))];
        return new("advised", "What was advised.", request.Board, BuffersOf(request, row), importers, order);
    }

    private static Step StepOf(StepKind kind) => new(kind, "frame", DmaDirection.Bidirectional, null, false, 1);

    /// <summary>The buffer as a file has it, with the words of the row.</summary>
    private static ImmutableArray<BufferExport> BuffersOf(AdviceRequest request, CandidateReport row)
    {
        var lines = request.Lines is { } frame
            ? $"\n    lines: {{height: {frame.Height}, bytes_per_line: {frame.BytesPerLine}, stride: {frame.StrideBytes}}}"
            : string.Empty;
        var keys = string.Join("\n    ", ScenarioKeys.Lines(row.Exporter, row.Memory, row.Policy, 76));
        var text = $"buffers:\n  - name: frame\n    size: {request.SizeBytes}{lines}\n    {keys}\n";
        return new BufferFields(request.Board, null, ExporterPolicy.Default, new())
            .ReadAll(NodeTree.Parse("advised.yaml", text).Required("buffers").AsList(1));
    }
}
