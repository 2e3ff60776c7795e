using System.Text;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Sampling;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Experiments.Tests.Files;

public class ExperimentFileTests
{
    private const string Stream = "{name: s, arrivals: {poisson: 5/s}, size: 4096, lifetime: 1s, importers: gpu}";

    [Fact]
    public void A_file_with_every_key_is_read()
    {
        var experiment = SmallExperiment.Read(EveryKey.Experiment);

        Assert.Equal(("every-key", 2_000_000_000UL, 100_000_000UL, 2, ulong.MaxValue), (
            experiment.Name, experiment.DurationNanoseconds, experiment.WarmUpNanoseconds, experiment.Repetitions, experiment.Seed));
        Assert.Equal(8, experiment.Cases.Length);
        Assert.Equal(4, experiment.Thresholds.Length);
        Assert.Equal(EveryKey.Experiment, experiment.Text);
        var first = experiment.Cases[0];
        Assert.Equal(3, first.Boards.Length);
        Assert.Equal(5, first.Faults.Length);
        var camera = first.Workload[0];
        Assert.Equal(("display", 4, true, true), (camera.Exporter, camera.Pool, camera.AttachesLazily, camera.Waits));
        Assert.Equal([new("gpu", DmaDirection.FromDevice), new("display", DmaDirection.ToDevice)], camera.Importers.Choices[0].Value.Importers);
        Assert.Equal(new BufferUses(new Distribution.Constant(16_700_000), new Distribution.Constant(2_000_000)), first.Workload[1].Uses);
    }

    [Fact]
    public void The_last_key_of_a_matrix_changes_fastest_and_each_value_is_put_where_its_key_leads()
    {
        var cases = SmallExperiment.Read(EveryKey.Experiment).Cases;

        Assert.Equal(
            ["refuse 8MiB 0", "refuse 8MiB {exponential: 1s}", "refuse 16MiB 0"],
            cases.Take(3).Select(each => string.Join(' ', each.Case.Values.Select(value => value.Value))));
        Assert.Equal(new Distribution.Exponential(1e9), cases[1].Workload[2].FirstUse);
        Assert.Equal(ExporterPolicy.Default, cases[0].Workload[1].Policy);
        Assert.True(cases[4].Workload[1].Policy.Pinned);
        Assert.Equal(ExporterPolicy.Default, cases[4].Workload[0].Policy);
        Assert.Equal([8UL << 20, 16UL << 20], cases.Select(each => each.Boards[0].Memory[2].Range.SizeBytes).Distinct());
    }

    [Theory]
    [InlineData("duration: 0", "duration is text '0'; expected a time from 1ns to 36500d")]
    [InlineData("duration: -5s", "duration is text '-5s'")]
    [InlineData("duration: 40000d", "duration is text '40000d'")]
    [InlineData("duration: 0.1ns", "duration is text '0.1ns'")]
    [InlineData("repetitions: 2", "an experiment has neither of the keys 'duration' and 'commands'")]
    [InlineData("duration: 1s\ncommands: 5", "an experiment has both of the keys 'duration' and 'commands'")]
    [InlineData("commands: 0", "commands is text '0'")]
    [InlineData("duration: 1s\nwarm-up: 1s", "the warm-up of 1 s is not shorter than the duration of 1 s")]
    [InlineData("duration: 1s\nrepetitions: 0", "repetitions is text '0'; expected a number from 1 to 10000")]
    [InlineData("duration: 1s\nseed: -1", "seed is text '-1'")]
    [InlineData("duration: 1s\nwhere: cluster", "where is text 'cluster'; expected model or silo")]
    [InlineData("duration: 1s\nthresholds: [latency-p99 < 1ms]", "no measure 'latency-p99' in virtual time; expected another one, or where: silo")]
    [InlineData("duration: 1s\nwhere: silo\nthresholds: [hazards < 1]", "no measure 'hazards' on silos: replies do not tell it; expected buffers-")]
    [InlineData("duration: 1s\nwhere: silo\nfaults: [{memory: cma, every: 1s, for: 1s}]", "'memory' exists in virtual time only; expected crash, hang or")]
    [InlineData("duration: 1s\nwhere: silo\nfaults: [{parameters: gpu, every: 1s, for: 1s, max_segment_count: 4}]", "the fault 'parameters' exists in virtual time only")]
    [InlineData("duration: 1s\nwhere: silo\nwarm-up: auto", "'warm-up: auto' exists in virtual time only: it takes a run of its own; expected a time such as 30s, or where: model")]
    [InlineData("duration: 1s\nwhen: now", "the unknown key 'when'")]
    [InlineData("duration: 1s\npolicy: refuze", "did you mean refuse?")]
    [InlineData("duration: 1s\nregions: {cna: 8MiB}", "the board small has no region 'cna'; expected low, pool, cma or high")]
    [InlineData("duration: 1s\nregions: {cma: 8000000}", "expected a multiple of the page, 4096 bytes")]
    [InlineData("duration: 1s\nregions: {cma: 1GiB}", "cma is text '1GiB'; expected less than 1 GiB: small has no zone beside cma with so much to give")]
    [InlineData("duration: 1s\nmatrix: {cna: [8MiB]}", "the board small has no region 'cna', and the workload no such stream")]
    [InlineData("duration: 1s\nmatrix: {s.lifetme: [1s]}", "the unknown key 'lifetme' (did you mean 'lifetime'?)")]
    [InlineData("duration: 1s\nmatrix: {policy: []}", "policy is an empty list")]
    [InlineData("duration: 1s\nmatrix: {policy: refuse}", "policy is text 'refuse'; expected a list")]
    [InlineData("duration: 1s\nmatrix: {policy: [refuse, nobody]}", "'nobody'")]
    [InlineData("duration: 1s\nthresholds: [refused < 1%]", "there is no measure 'refused'")]
    [InlineData("duration: 1s\nthresholds: [buffers-refused < 1ms]", "expected a value of buffers-refused in %")]
    [InlineData("duration: 1s\nthresholds: [buffers-refused = 1%]", "expected a measure, one of <, <=, > and >=, and a value")]
    [InlineData("duration: 1s\nthresholds: [used-max:sram < 1MiB]", "there is no measure 'used-max:sram': no board has a region 'sram'; expected used-max:low, used-max:pool, used-max:cma or used-max:high")]
    [InlineData("duration: 1s\nthresholds: [used-max:cna < 1MiB]", "no board has a region 'cna'; expected used-max:cma or another measure")]
    [InlineData("duration: 1s\nthresholds: [used-max < 1MiB]", "there is no measure 'used-max'; expected used-max:low, used-max:pool, used-max:cma or used-max:high")]
    [InlineData("duration: 1s\nthresholds: [buffers-refused:film < 1%]", "no measure 'buffers-refused:film': the workload has no stream 'film'; expected buffers-refused:s")]
    [InlineData("duration: 1s\nmeasure: refused", "there is no measure 'refused'")]
    [InlineData("duration: 1s\nmeasure: used-max:sram", "there is no measure 'used-max:sram': no board has a region 'sram'; expected used-max:low")]
    [InlineData("duration: 1s\nmeasure: buffers-refused:film", "the workload has no stream 'film'; expected buffers-refused:s")]
    [InlineData("duration: 1s\nwhere: silo\nmeasure: hazards", "no measure 'hazards' on silos: replies do not tell it; expected buffers-")]
    [InlineData("duration: 1s\nwhere: silo\nmeasure: used-max:cma", "no measure 'used-max:cma' on silos: replies do not tell it; expected buffers-")]
    [InlineData("duration: 1s\nwhere: silo\nthresholds: [used-max:sram < 1MiB]", "no measure 'used-max:sram' on silos")]
    [InlineData("duration: 1s\nother-memory: [{region: sram, arrivals: {poisson: 1/s}, size: 1, lifetime: 1s}]", "the board small has no region sram")]
    [InlineData("duration: 1s\nother-memory: [{region: pool, arrivals: {poisson: 1/s}, size: 1, lifetime: 1s}]", "the board small has no region pool")]
    [InlineData("duration: 1s\nfaults: [{crash: gpy, every: 1s}]", "the board small has no device gpy (did you mean gpu?)")]
    [InlineData("duration: 1s\nfaults: [{revoke: film, every: 1s}]", "the workload has no stream film")]
    [InlineData("duration: 1s\nfaults: [{crash: gpu, every: 0}]", "every takes no time; expected a time above 0")]
    [InlineData("duration: 1s\nfaults: [{hang: gpu, every: 1s}]", "has no key 'for'")]
    [InlineData("duration: 1s\nfaults: [{every: 1s}]", "expected a fault with one of the keys crash, hang, revoke, memory or parameters")]
    [InlineData("duration: 1s\nfaults: [{parameters: display, every: 1s, for: 1s, max_segment_count: 4}]", "takes one contiguous run and states 4 segments")]
    [InlineData("duration: 1s\nfaults: [{parameters: gpu, every: 1s, for: 1s, segment_boundary_mask: 6}]", "has holes")]
    public void What_is_wrong_is_told_with_what_was_expected(string rest, string problem) => Refuses($"workload: [{Stream}]\n{rest}", problem);

    [Theory]
    [InlineData("arrivals: {poisson: 0/s}", "expected a rate above 0")]
    [InlineData("arrivals: {poisson: 5}", "expected a rate above 0 such as 30/s")]
    [InlineData("arrivals: {poisson: 5/s, constant: 5/s}", "the unknown key 'constant'")]
    [InlineData("arrivals: {}", "expected one of the keys poisson, constant, bursts and recording, or clients with think")]
    [InlineData("arrivals: {bursts: {size: 0, every: 1s}}", "size is text '0'")]
    [InlineData("arrivals: {clients: 3}", "has no key 'think'")]
    [InlineData("arrivals: {clients: 3, think: 0}", "think takes no time; expected a time above 0")]
    [InlineData("size: 0", "size is text '0'")]
    [InlineData("size: {exponential: 0}", "exponential is text '0'")]
    [InlineData("size: {uniform: [2MiB, 1MiB]}", "the impossible distribution 'uniform': uniform is wrong; expected the smallest value, then the largest")]
    [InlineData("size: {uniform: [1MiB]}", "expected two values: the smallest, then the largest")]
    [InlineData("size: {choose: [{value: 4096, weight: 0}]}", "expected at least one weight above 0")]
    [InlineData("size: {choose: [{value: 4096, weight: -1}]}", "weight is wrong; expected a number from 0 to 1000000000")]
    [InlineData("size: {choose: [{value: 4096, weight: many}]}", "weight is text 'many'; expected a number such as 3 or 0.5")]
    [InlineData("size: {gamma: 4096}", "the unknown key 'gamma'")]
    [InlineData("size: {constant: 1, exponential: 2}", "size has 2 keys; expected one")]
    [InlineData("size: [1, 2]", "size is a list; expected a value such as 4MiB, or a mapping")]
    [InlineData("lifetime: 5", "lifetime is text '5'; expected a time from 0 to 36500d")]
    [InlineData("lifetime: {lognormal: {mean: 1s, sigma: 9}}", "sigma is wrong; expected a number above 0, at most 5")]
    [InlineData("lifetime: {pareto: {mean: 1s, shape: 1}}", "shape is wrong; expected a number above 1")]
    [InlineData("lifetime: {pareto: {mean: 1s}}", "has no key 'shape'")]
    [InlineData("importers: gpy", "the board has no device gpy (did you mean gpu?)")]
    [InlineData("importers: [gpu, gpu]", "gpu imports the same buffer twice; expected each device once")]
    [InlineData("importers: [gpu sideways]", "expected a device, or a device and a direction")]
    [InlineData("importers: []", "importers is an empty list")]
    [InlineData("importers: {choose: [{value: gpu, weight: 0}]}", "the weights of importers cannot be")]
    [InlineData("exporter: nobody", "the board has no device nobody")]
    [InlineData("exporter: card", "card only imports buffers; expected another exporter, or a heap")]
    [InlineData("memory: sram", "the board has no region sram")]
    [InlineData("memory: pool", "Region pool is the bounce pool")]
    [InlineData("mapping: sometimes", "mapping is text 'sometimes'; expected hold or per-use")]
    [InlineData("mapping: per-use", "has no key 'uses'")]
    [InlineData("uses: {every: 1s}", "the key 'uses' stands without mapping: per-use")]
    [InlineData("mapping: per-use, uses: {every: 0}", "every takes no time")]
    [InlineData("pool: 65", "pool is text '65'; expected a number from 1 to 64")]
    [InlineData("name: a-name-of-more-than-thirty-two-characters", "the name of a stream has 41 characters; expected at most 32")]
    public void What_is_wrong_with_a_stream_is_told_with_what_was_expected(string key, string problem)
    {
        OrderedDictionary<string, string> keys = new()
        {
            ["name"] = "s",
            ["arrivals"] = "{poisson: 5/s}",
            ["size"] = "4096",
            ["lifetime"] = "1s",
            ["importers"] = "gpu",
        };
        keys.Remove(key.Split(':')[0]);

        Refuses($"workload: [{{{string.Join(", ", keys.Select(pair => $"{pair.Key}: {pair.Value}").Append(key))}}}]\nduration: 1s", problem);
    }

    [Fact]
    public void A_threshold_is_of_what_some_case_has_and_the_deciding_measure_of_what_each_case_has()
    {
        var matrix = $"workload: []\nduration: 1s\nmatrix: {{workload: [[{Stream}], [{Stream}, {Stream.Replace("name: s", "name: film", StringComparison.Ordinal)}]]}}\n";

        Assert.Equal("buffers-refused:film", SmallExperiment.Read(SmallExperiment.Text(matrix + "thresholds: [buffers-refused:film < 1%]")).Thresholds[0].Measure);
        Assert.Equal("buffers-refused:s", SmallExperiment.Read(SmallExperiment.Text(matrix + "measure: buffers-refused:s")).Measure);
        Refuses(matrix + "measure: buffers-refused:film", "not every case has a stream 'film'; expected buffers-refused:s");
    }

    [Fact]
    public void Measures_that_do_not_exist_are_told_together_with_everything_else_that_is_wrong()
    {
        var report = Check($"workload: [{Stream}]\nduration: 1s\nmeasure: refused\nthresholds: [used-max:sram < 1MiB, hazzards < 1]\nseed: x");

        // Regions are those of the cases, which can be read.
        Assert.Equal([6, 7, 7, 8], report.Problems.Select(problem => problem.Line).Order());
    }

    [Fact]
    public void Two_streams_have_different_names() =>
        Refuses($"workload: [{Stream}, {Stream}]\nduration: 1s", "two streams are named s; expected a different name for each");

    [Fact]
    public void A_matrix_of_too_many_combinations_is_refused() => Refuses(
        $"workload: [{Stream}]\nduration: 1s\nmatrix: {{cma: [{Sizes()}], low: [{Sizes()}]}}",
        "matrix has 1600 combinations; expected at most 1000");

    [Fact]
    public void Every_problem_of_a_file_is_told_with_its_place_and_once_although_there_are_many_cases()
    {
        var report = Check($"""
            workload: [{Stream.Replace("4096", "0", StringComparison.Ordinal)}]
            matrix: [refuse]
            duration: 1s
            seed: x
            """);

        Assert.Equal((FileKind.Experiment, "small"), (report.Kind, report.Name));
        Assert.Equal([7, 5, 4], report.Problems.Select(problem => problem.Line));
    }

    [Fact]
    public void Boards_and_scenarios_are_checked_as_before()
    {
        var report = ExperimentFile.Check(Path.Combine(SmallExperiment.Folder, "small.yaml"));

        Assert.Equal(FileKind.Board, report.Kind);
        Assert.Empty(report.Problems);
    }

    private static string Sizes() => string.Join(", ", Enumerable.Range(1, 40).Select(mib => $"{mib}MiB"));

    private static FileReport Check(string rest) => ExperimentFile.Check(
        Path.Combine(SmallExperiment.Folder, "experiment.yaml"), new MemoryStream(Encoding.UTF8.GetBytes(SmallExperiment.Text(rest))));

    private static void Refuses(string rest, string problem)
    {
        var refusal = Assert.Throws<FileFormatException>(() => SmallExperiment.Read(SmallExperiment.Text(rest)));

        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("; expected ", refusal.Message, StringComparison.Ordinal);
    }
}
