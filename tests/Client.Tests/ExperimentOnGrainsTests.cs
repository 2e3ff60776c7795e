using DmaGrains.Silo;

namespace DmaGrains.Client.Tests;

/// <summary>Experiments in real time, on an embedded silo and on one in a process of its own.</summary>
public sealed class ExperimentOnGrainsTests(SiloProcess silo) : IClassFixture<SiloProcess>
{
    private const string Text = """
        name: small
        question: Does it work?
        boards: [{board: raspberry-pi-4, count: 2}]
        workload:
          - {name: s, arrivals: {poisson: 200/s}, size: 64KiB, lifetime: {exponential: 50ms}, importers: [v3d, vc4]}
        matrix: {policy: [refuse, migrate]}
        commands: 150
        seed: 7

        """;

    [Fact]
    public async Task Where_silo_plays_it_on_grains_in_this_process()
    {
        using var file = new TemporaryFile(Text + "where: silo\nthresholds: [commands >= 300, latency-p50 > 0, silos-lost <= 0]\n");

        var answer = await Answer.OfAsync("experiment", file.Path, "--no-results", "--json");

        Assert.Equal(ExitCode.Good, answer.Code);
        Assert.All(answer.Json().GetProperty("cases").EnumerateArray(), each =>
        {
            Assert.Equal(300, each.GetProperty("means").GetProperty("commands").GetDouble());
            Assert.Equal(0, each.GetProperty("means").GetProperty("buffers-refused").GetDouble());
        });
    }

    [Fact]
    public async Task A_cluster_plays_it_and_keeps_nothing_of_it()
    {
        using var file = new TemporaryFile(Text);

        var answer = await ProgramProcess.ClientAsync(silo.ArgumentsOf($"experiment {file.Path} --no-results --json"));

        Assert.Equal(ExitCode.Good, answer.Code);
        Assert.Equal(300, answer.Json().GetProperty("cases")[1].GetProperty("means").GetProperty("commands").GetDouble());
        Assert.Equal(0, (await silo.ClientAsync("board list --json")).Good().Json().GetArrayLength());
    }

    [Fact]
    public async Task A_cluster_has_no_faults_of_the_model()
    {
        using var file = new TemporaryFile(Text + "faults: [{memory: cma, every: 1s, for: 1s}]\n");

        var answer = await ProgramProcess.ClientAsync(silo.ArgumentsOf($"experiment {file.Path} --no-results"));

        answer.Unusable($"{file.Path}:9:19: the fault 'memory' exists in virtual time only; expected crash, hang or revoke, or where: model");
    }

    [Theory]
    [InlineData("--until 1%", "--until")]
    [InlineData("--resume", "--resume")]
    public async Task What_belongs_to_virtual_time_is_refused(string option, string name)
    {
        using var file = new TemporaryFile(Text + "where: silo\n");

        var answer = await Answer.OfAsync(["experiment", file.Path, .. option.Split(' ')]);

        answer.Unusable($"{name} is for experiments in virtual time: expected where: model and no --gateway");
    }
}
