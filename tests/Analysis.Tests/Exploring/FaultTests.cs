using System.Collections.Immutable;
using CsCheck;
using DmaGrains.Analysis.Exploring;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Analysis.Tests.Exploring;

/// <summary>Scenarios at random in which something goes wrong, held against every order with every fault in every place.</summary>
public sealed class FaultTests
{
    private static readonly Dictionary<string, Func<Scenario, Gen<Fault>>> _faults = new()
    {
        ["crash"] = scenario => ImporterOf(scenario).Select(Fault (importer) => new Fault.Crash(importer)),
        ["hang"] = scenario => ImporterOf(scenario).Select(Fault (importer) => new Fault.Hang(importer)),
        ["revoke"] = scenario => Any.Of([.. scenario.Buffers]).Select(Fault (buffer) => new Fault.Revoke(buffer.Name)),
        ["memory"] = scenario => Any.Of<string?>(
            [null, null, .. scenario.Board.Memory.Where(region => region.Kind != MemoryKind.Bounce).Select(region => region.Name)])
            .Select(Fault (region) => new Fault.MemoryRunsOut(region)),
        ["parameters"] = scenario => Gen.Select(
            Any.Of([.. scenario.Importers]),
            Any.Of<DeviceDmaParameters>(new(4096, 1, 0), new(65536, 168, uint.MaxValue), new(1 << 20, 0, 0), default),
            Fault (importer, declared) => new Fault.Parameters(importer.Device!, declared)),
    };

    [Theory]
    [InlineData("crash")]
    [InlineData("hang")]
    [InlineData("revoke")]
    [InlineData("memory")]
    [InlineData("parameters")]
    public async Task Each_fault_by_itself_is_explored_as_it_is_played(string kind) =>
        await CompareAsync(stepsMax: kind == "crash" ? 4 : 5, iterations: 8, kind);

    [Fact]
    public async Task Crashes_and_hangs_together_are_explored_as_they_are_played() =>
        await CompareAsync(stepsMax: 4, iterations: 5, "crash", "hang");

    [Fact]
    public async Task Revokes_and_memory_that_runs_out_and_parameters_that_change_together_are_explored_as_they_are_played() =>
        await CompareAsync(stepsMax: 3, iterations: 5, "revoke", "memory", "parameters");

    [Fact]
    public async Task All_faults_together_are_explored_as_they_are_played() =>
        await CompareAsync(stepsMax: 3, iterations: 3, [.. _faults.Keys]);

    private static async Task CompareAsync(int stepsMax, int iterations, params string[] kinds)
    {
        var cases =
            from scenario in RandomScenarios.OfSteps(stepsMax)
            from faults in All([.. kinds.Select(kind => _faults[kind](scenario))])
            select (Scenario: scenario, Faults: faults);
        await cases.SampleAsync(
            async one =>
            {
                var (outcomes, ends, refusals) = await FaultyOrders.PlayAsync(one.Scenario, one.Faults);

                foreach (var reduces in (bool[])[true, false])
                {
                    var report = Exploration.Play(
                        one.Scenario, new() { Faults = one.Faults, Reduces = reduces }, null, TestContext.Current.CancellationToken).Report;

                    Assert.True(report.Complete);
                    Assert.Equal(outcomes, EveryOrder.Of(report));
                    Assert.Equal(outcomes.Values.Sum(), report.Orders);
                    Assert.Equal(ends, report.FinalStates);
                    Assert.Equal(refusals, RefusalsIn(report));
                }
            },
            iter: iterations,
            print: one => $"{string.Join(", ", one.Faults)} {WordsOf(one.Scenario)}");
    }

    private static string WordsOf(Scenario scenario) => string.Join(
        '\n',
        [
            scenario.Board.Name,
            .. scenario.Buffers.Select(buffer => $"{buffer} {buffer.Memory}"),
            .. scenario.Importers.Select(importer => $"{importer.Name} {importer.Device}: {string.Join("; ", importer.Steps)}"),
        ]);

    /// <summary>How many orders have each refusal, and after how many steps at least.</summary>
    private static SortedDictionary<string, (int Orders, int Length)> RefusalsIn(ExploredPolicyReport report) => new(
        report.Failures.Where(failure => failure.Kind == FailureKind.Refused && failure.Operation is not null).ToDictionary(
            failure => string.Join(' ', new[] { failure.Importer, failure.Operation, failure.Buffer, failure.Outcome }.OfType<string>()),
            failure => ((int)failure.Orders!, failure.Order.Length)),
        StringComparer.Ordinal);

    private static Gen<string?> ImporterOf(Scenario scenario) =>
        Any.Of<string?>([null, null, .. scenario.Importers.Select(importer => importer.Name)]);

    private static Gen<ImmutableArray<Fault>> All(Gen<Fault>[] faults) => faults.Aggregate(
        Gen.Const(ImmutableArray<Fault>.Empty), (all, fault) => Gen.Select(all, fault, (before, one) => before.Add(one)));
}
