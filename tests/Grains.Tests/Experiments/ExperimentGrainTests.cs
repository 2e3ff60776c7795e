using DmaGrains.Interfaces;
using DmaGrains.Model;

namespace DmaGrains.Grains.Tests.Experiments;

public sealed class ExperimentGrainTests(SiloFixture silo)
{
    [Fact]
    public async Task An_experiment_runs_to_its_end_without_a_caller_and_leaves_nothing_but_its_results()
    {
        var experiment = silo.Grains.GetExperiment("whole");

        Assert.True((await experiment.StartAsync(ClusterExperiments.Of("whole", 200))).IsGranted);
        var status = await ClusterExperiments.EndOfAsync(experiment);

        Assert.Equal((ExperimentStage.Done, 1, null), (status.Stage, status.Share, status.Problem));
        Assert.Equal(["policy refuse", "policy migrate"], status.Repetitions.Select(repetition => repetition.Values));
        Assert.All(status.Repetitions, repetition =>
        {
            Assert.True(repetition.IsOver);
            Assert.Equal(400, repetition.Of("commands"));
        });
        Assert.DoesNotContain(await silo.BoardsAsync(), board => board.StartsWith("whole-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_stopped_gives_back_what_it_holds_and_keeps_what_was_counted()
    {
        var experiment = silo.Grains.GetExperiment("stopped");
        await experiment.StartAsync(ClusterExperiments.Of("stopped", 1_000_000));
        while ((await experiment.GetStatusAsync()).Value.Repetitions is not [.., var present] || present.Of("commands") < 50)
        {
            await Task.Yield();
        }

        Assert.True((await experiment.StopAsync()).IsGranted);
        var status = await ClusterExperiments.EndOfAsync(experiment);

        Assert.Equal((ExperimentStage.Stopped, true), (status.Stage, status.Repetitions.Single().IsOver));
        Assert.True((await experiment.StopAsync()).Value.Repetitions.Single().Of("commands") >= 50);
        Assert.DoesNotContain(await silo.BoardsAsync(), board => board.StartsWith("stopped-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_start_again_changes_nothing_and_another_one_is_refused_with_EEXIST_until_it_has_ended()
    {
        var experiment = silo.Grains.GetExperiment("twice");
        var (first, other) = (ClusterExperiments.Of("twice", 1_000_000), ClusterExperiments.Of("twice", 60));

        Assert.True((await experiment.StartAsync(first)).IsGranted);
        Assert.True((await experiment.StartAsync(first)).IsGranted);
        Assert.Equal((Errno.EEXIST, "Name"), Named((await experiment.StartAsync(other)).Refusal));
        await experiment.StopAsync();
        await ClusterExperiments.EndOfAsync(experiment);
        Assert.True((await experiment.StartAsync(other)).IsGranted);
        Assert.Equal([120, 120], (await ClusterExperiments.EndOfAsync(experiment)).Repetitions.Select(repetition => repetition.Of("commands")));
    }

    /// <summary>As <c>SameCountsTests</c> says of the model: the display needs one run, and is let in at its next use, when the pages have moved.</summary>
    [Theory]
    [InlineData("in-later", "1h", "20ms")]
    [InlineData("never-in", "1s", "1h")]
    public async Task Who_is_told_EAGAIN_was_refused_if_it_never_gets_in(string name, string lifetime, string every)
    {
        var experiment = silo.Grains.GetExperiment(name);
        var text = $$$"""
            name: {{{name}}}
            question: Who was refused?
            boards: [small]
            workload:
              - {name: s, arrivals: {clients: 1, think: 1ms}, size: 64KiB, lifetime: {{{lifetime}}}, importers: [gpu, display], memory: [ram, cma], policy: migrate,
                  attach: lazy, mapping: per-use, uses: {every: {{{every}}}, for: 10ms}}
            commands: 28
            warm-up: 0
            """;

        Assert.Null((await experiment.StartAsync(new(text, [ClusterExperiments.Board]))).Refusal);
        var played = Assert.Single((await ClusterExperiments.EndOfAsync(experiment)).Repetitions);

        var told = Assert.Single(played.Refusals);
        Assert.Equal(("map", "EAGAIN"), (told.Step, told.Errno));
        var refused = Math.Round(played.Of("buffers") * played.Of("buffers-refused") / 100);
        if (name == "in-later")
        {
            Assert.Equal((1, 0), (played.Of("buffers"), refused));
            Assert.InRange(played.Of("maps-refused"), 1, 49);
        }
        else
        {
            // The last buffer is there when the experiment ends, and might get in still.
            Assert.InRange(refused, Math.Max(1, told.Count - 1.0), told.Count);
        }
    }

    [Fact]
    public async Task An_experiment_that_was_never_started_is_refused_with_ENOENT()
    {
        var experiment = silo.Grains.GetExperiment("nobody");

        Assert.Equal((Errno.ENOENT, "Name"), Named((await experiment.GetStatusAsync()).Refusal));
        Assert.Equal((Errno.ENOENT, "Name"), Named((await experiment.StopAsync()).Refusal));
    }

    [Theory]
    [InlineData("name: other", "Name", "This grain is the experiment bad, not other")]
    [InlineData("repetitions: 101", "Text", "202 repetitions of cases: expected at most 200")]
    [InlineData("boards: [{board: small, count: 17}]", "Text", "17 boards: expected at most 16")]
    [InlineData("boards: [large]", "Text", "boards is text 'large'; expected a board that was sent with the experiment")]
    [InlineData("seed: -1", "Text", "seed is text '-1'")]
    [InlineData("faults: [{memory: cma, every: 1s, for: 1s}]", "Text", "'memory' exists in virtual time only")]
    [InlineData("workload: [{name: s, arrivals: {recording: /etc/passwd}}]", "Text", "a recording is a file, and a cluster has no files")]
    [InlineData("workload: [{name: s, arrivals: {clients: 1025, think: 1s}, size: 1, lifetime: 1s, importers: gpu}]", "Text", "1025 clients: expected at most 512")]
    public async Task What_cannot_run_in_a_cluster_is_refused_with_EINVAL(string change, string field, string saying)
    {
        var key = change[..change.IndexOf(':', StringComparison.Ordinal)];
        var right = ClusterExperiments.Of("bad", 100).Text.Split('\n');
        var at = Array.FindIndex(right, line => line.StartsWith($"{key}:", StringComparison.Ordinal));
        var kept = at < 0 ? right : [.. right[..at], .. right[(at + 1)..].SkipWhile(line => line.StartsWith(' '))];
        var text = string.Join('\n', [.. kept, change]);

        var refusal = (await silo.Grains.GetExperiment("bad").StartAsync(new(text, [ClusterExperiments.Board]))).Refusal;

        Assert.Equal((Errno.EINVAL, field), Named(refusal));
        Assert.Contains(saying, refusal!.Reason, StringComparison.Ordinal);
        Assert.Equal(Errno.ENOENT, (await silo.Grains.GetExperiment("bad").GetStatusAsync()).Refusal!.Errno);
    }

    private static (Errno Errno, string? Field) Named(Refusal? refusal) => (refusal!.Errno, refusal.Field);
}
