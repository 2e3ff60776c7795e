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
        Assert.Equal(0, (await ClientAsync("board list --json")).Good().Json().GetArrayLength());
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

    [Fact]
    public async Task An_experiment_is_started_in_the_cluster_looked_at_and_stopped()
    {
        using var file = new TemporaryFile(Text.Replace("commands: 150", "duration: 30d", StringComparison.Ordinal));
        await ClientAsync("experiment stop small");

        (await ClientAsync($"experiment start {file.Path}")).Good();
        var running = (await ClientAsync("experiment status small --json")).Good().Json();
        var text = (await ClientAsync("experiment status small")).Good();
        (await ClientAsync("experiment stop small")).Good();

        Assert.Equal("running", running.GetProperty("stage").GetString());
        Assert.StartsWith("small: running, 0 %", text.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await BoardsWhenStoppedAsync()).GetArrayLength());
    }

    [Fact]
    public async Task Nothing_is_known_of_an_experiment_that_was_never_started() =>
        (await ClientAsync("experiment status nobody")).Refused("ENOENT");

    [Theory]
    [InlineData("experiment status small", "--gateway")]
    [InlineData("experiment status no/body --gateway 127.0.0.1:1", "NAME 'no/body' is not a name")]
    [InlineData("experiment start missing.yaml --gateway 127.0.0.1:1", "missing.yaml")]
    public async Task A_command_line_that_is_wrong_is_told(string line, string saying) => (await Answer.OfAsync(line.Split(' '))).Unusable(saying);

    /// <summary>In this process, which starts sooner than one of its own.</summary>
    private Task<Answer> ClientAsync(string line) => Answer.OfAsync(silo.ArgumentsOf(line));

    private async Task<System.Text.Json.JsonElement> BoardsWhenStoppedAsync()
    {
        while ((await ClientAsync("experiment status small --json")).Json().GetProperty("stage").GetString() != "stopped")
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        return (await ClientAsync("board list --json")).Good().Json();
    }
}
