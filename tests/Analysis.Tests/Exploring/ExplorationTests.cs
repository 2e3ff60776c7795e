using System.Text.Json;
using CsCheck;
using DmaGrains.Analysis.Exploring;
using DmaGrains.Model;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Analysis.Tests.Exploring;

public sealed class ExplorationTests
{
    /// <summary>Of this one there are more boards than a test has time for.</summary>
    private const string Large = "fragmented";

    public static TheoryData<string> Scenarios => [.. ShippedFiles.Scenarios.Select(row => row.Data).Where(name => name != Large)];

    [Fact]
    public async Task Outcomes_and_counts_are_those_of_playing_every_order_with_and_without_reduction() =>
        await RandomScenarios.Any.SampleAsync(
            async scenario =>
            {
                var expected = await EveryOrder.PlayAsync(scenario);

                var reduced = Explore(scenario, new());
                var full = Explore(scenario, new() { Reduces = false });

                Assert.Equal(expected, EveryOrder.Of(reduced));
                Assert.Equal(expected, EveryOrder.Of(full));
                Assert.Equal(full.FinalStates, reduced.FinalStates);
                Assert.True(reduced.States <= full.States);
                Assert.Equal(
                    full.Failures.Select(failure => (Title(failure), failure.Order.Length)).Order(),
                    reduced.Failures.Select(failure => (Title(failure), failure.Order.Length)).Order());
            },
            iter: 15);

    [Fact]
    public async Task Waiting_importers_try_again_until_they_are_granted_or_everybody_waits() =>
        await RandomScenarios.Any.SampleAsync(
            async scenario =>
            {
                var moving = scenario with
                {
                    Buffers = [.. scenario.Buffers.Select(buffer => buffer with { Policy = new() { LateAttach = LateAttach.Migrate } })],
                };

                var report = Explore(moving, new() { Waits = true });

                Assert.Equal(await EveryOrder.PlayWaitingAsync(moving), EveryOrder.Of(report));
            },
            iter: 15);

    [Fact]
    public async Task A_revoke_at_any_moment_is_one_more_importer_that_may_also_stay_away() =>
        // The revoke, which may come anywhere, is one more step.
        await RandomScenarios.OfSteps(6).SampleAsync(
            async scenario =>
            {
                var buffer = scenario.Buffers[0].Name;
                var revoke = new Importer("revoke", null, [new(StepKind.Revoke, buffer, default, null, false, 0)]);
                var expected = await EveryOrder.PlayAsync(scenario with { Importers = [.. scenario.Importers, revoke] });
                foreach (var (outcome, orders) in await EveryOrder.PlayAsync(scenario))
                {
                    expected.Add(outcome.Replace(" | ", "; revoke:  | ", StringComparison.Ordinal), orders);
                }

                var report = Explore(scenario, new() { Faults = [new Fault.Revoke(buffer)] });

                Assert.Equal(expected, EveryOrder.Of(report));
            },
            iter: 15);

    [Fact]
    public async Task An_importer_that_hangs_between_two_steps_does_nothing_more_and_keeps_what_it_holds() =>
        await RandomScenarios.Any.SampleAsync(
            async scenario =>
            {
                var (first, steps) = (scenario.Importers[0], scenario.Importers[0].Steps);
                var expected = await EveryOrder.PlayAsync(scenario);
                for (var played = 1; played < steps.Length; played++)
                {
                    // A step that looks and changes nothing stands for the moment at which it hangs.
                    var hung = first with { Steps = [.. steps[..played], new(StepKind.Recalculate, scenario.Buffers[0].Name, default, null, false, 0)] };
                    var some = await EveryOrder.PlayAsync(scenario with { Importers = scenario.Importers.SetItem(0, hung) }, first.Name, "hang");
                    foreach (var (outcome, orders) in some)
                    {
                        expected[outcome] = expected.GetValueOrDefault(outcome) + orders;
                    }
                }

                var report = Explore(scenario, new() { Faults = [new Fault.Hang(first.Name)] });

                Assert.Equal(expected, EveryOrder.Of(report));
            },
            iter: 15);

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Shipped_scenarios_have_the_same_outcomes_on_one_core_and_on_two_and_without_reduction(string name)
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario(name));

        var one = Explore(scenario, new() { Cores = 1 });
        var two = Explore(scenario, new() { Cores = 2, MovesToShare = 1, StatesOfChunk = 2 });
        var full = Explore(scenario, new() { Cores = 3, MovesToShare = 2, StatesOfChunk = 3, Reduces = false });

        Assert.True(one.Complete);
        Assert.Equal(JsonSerializer.Serialize(one), JsonSerializer.Serialize(two));
        Assert.Equal(JsonSerializer.Serialize(one.Outcomes), JsonSerializer.Serialize(full.Outcomes));
        Assert.Equal((one.Orders, one.FinalStates, one.OrderMatters), (full.Orders, full.FinalStates, full.OrderMatters));
        Assert.Equal(one.Failures.Select(Title).Order(), full.Failures.Select(Title).Order());
    }

    [Fact]
    public void Counts_that_no_64_bits_hold_are_exact()
    {
        var steps = Enumerable.Repeat(new Step(StepKind.Recalculate, SmallBoard.Frame, default, null, false, 0), 80);
        var scenario = new Scenario(
            "long", "Long.", SmallBoard.Definition, [new(SmallBoard.Frame, 4096)], [new("a", null, [.. steps]), new("b", null, [.. steps])], []);

        var report = Explore(scenario, new() { Reduces = false });

        // 160 over 80, from a table of binomial coefficients.
        Assert.Equal("92045125813734238026462263037378063990076729140", report.Orders.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal((81 * 81, 1, false), (report.States, report.FinalStates, report.OrderMatters));
    }

    [Fact]
    public void A_limit_says_what_was_covered_and_finds_what_fails_within_that()
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario("gpu-and-display"));

        var report = Explore(scenario, new() { StatesMax = 12, StatesOfChunk = 1 });

        Assert.Equal((false, "states", (bool?)null), (report.Complete, report.StoppedBy, report.OrderMatters));
        Assert.InRange(report.ExploredSteps, 3, 7);
        var failure = Assert.Single(report.Failures);
        Assert.Equal(("display attach frame EBUSY", 3, null), (Title(failure), failure.Order.Length, failure.Orders));
    }

    [Fact]
    public void An_interruption_tells_what_is_known()
    {
        using var interruption = new CancellationTokenSource();
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario("cpu-draws"));

        var report = Exploration.Play(
            scenario,
            new(),
            progress =>
            {
                if (progress.Steps == 6)
                {
                    interruption.Cancel();
                }
            },
            interruption.Token).Report;

        Assert.Equal((false, "interrupted", 5), (report.Complete, report.StoppedBy, report.ExploredSteps));
        Assert.NotEmpty(report.Failures);
    }

    [Fact]
    public void Time_that_is_up_stops_it()
    {
        var report = Explore(ScenarioFile.Read(ShippedFiles.Scenario("cpu-draws")), new() { TimeMax = TimeSpan.Zero });

        Assert.Equal((false, "time", 0), (report.Complete, report.StoppedBy, report.ExploredSteps));
    }

    [Fact]
    public void A_broken_invariant_is_a_failure_with_its_shortest_order()
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario("gpu-and-display"));

        var report = ExploredPolicy.Of(
            "broken",
            scenario,
            new(),
            (board, _) => Invariant.Holds(board.Buffer("frame")!.Mappings.Length < 2),
            _ => { },
            TestContext.Current.CancellationToken).Report;

        var broken = Assert.Single(report.Failures, failure => failure.Kind == FailureKind.Broken && failure.Importer == "display");
        Assert.Equal(
            ["gpu attach", "display attach", "gpu map", "display map"], broken.Order.Select(step => $"{step.Importer} {step.Operation}"));
        Assert.Equal("broken", broken.Order[^1].Outcome);
        Assert.Contains("Mappings.Length < 2", broken.Reason, StringComparison.Ordinal);
        Assert.Contains(report.Outcomes, outcome => outcome.Importers.Any(importer => importer.Answers.Contains("broken")));
    }

    [Fact]
    public void A_crash_gives_back_what_was_held_and_a_hang_does_not()
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario("gpu-maps-first"));

        var crashed = Explore(scenario, new() { Faults = [new Fault.Crash("gpu")] });
        var hung = Explore(scenario, new() { Faults = [new Fault.Hang("gpu")] });

        Assert.Contains("ok ok crash ok ok", AnswersOf(crashed, "gpu"));
        Assert.Contains("ok ok hang", AnswersOf(hung, "gpu"));
    }

    [Fact]
    public void Memory_that_runs_out_is_taken_from_everybody_at_any_moment()
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario("gpu-and-display"));

        var all = Explore(scenario, new() { Faults = [new Fault.MemoryRunsOut(null)] });
        var one = Explore(scenario, new() { Faults = [new Fault.MemoryRunsOut("cma")] });

        Assert.Contains("gpu map frame ENOMEM", all.Failures.Select(Title));
        // Without the contiguous area, the GPU still gets its pages where the display has not attached before it maps.
        Assert.True(OrdersOf(one, "gpu map frame ENOMEM") < OrdersOf(all, "gpu map frame ENOMEM"));
        Assert.Equal("memory-runs-out", all.Failures.Single(failure => Title(failure) == "gpu map frame ENOMEM").Order[1].Operation);
    }

    [Fact]
    public void Parameters_may_change_at_any_moment()
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario("gpu-and-display"));

        var report = Explore(scenario, new() { Faults = [new Fault.Parameters("vc4", new(4096, 1, 0))] });

        var refused = report.Failures.Single(failure => Title(failure) == "display attach frame EINVAL");
        Assert.Equal(["set-parameters", "attach"], refused.Order.Select(step => step.Operation));
    }

    [Fact]
    public void Everybody_waits_where_nobody_lets_go()
    {
        var report = Explore(ScenarioFile.Read(ShippedFiles.Scenario("held-mapping")), new() { Waits = true });

        var deadlock = Assert.Single(report.Failures, failure => failure.Kind == FailureKind.Deadlock);
        Assert.Equal(31, deadlock.Orders);
        Assert.Equal("EAGAIN", deadlock.Order[^1].Outcome);
        Assert.All(report.Outcomes.Where(outcome => outcome.Deadlock), outcome => Assert.Equal("waits", outcome.Importers[1].Answers[^1]));
    }

    private static ExploredPolicyReport Explore(Scenario scenario, ExplorationOptions options) =>
        Exploration.Play(scenario, options, null, TestContext.Current.CancellationToken).Report;

    private static IEnumerable<string> AnswersOf(ExploredPolicyReport report, string importer) => report.Outcomes.Select(
        outcome => string.Join(' ', outcome.Importers.Single(one => one.Importer == importer).Answers));

    private static System.Numerics.BigInteger? OrdersOf(ExploredPolicyReport report, string title) =>
        report.Failures.Single(failure => Title(failure) == title).Orders;

    private static string Title(FailureReport failure)
    {
        string?[] words = [failure.Importer, failure.Operation, failure.Buffer, failure.Outcome];
        return string.Join(' ', words.OfType<string>());
    }
}
