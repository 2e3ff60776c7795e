using DmaGrains.Experiments.Results;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Tests.Theory;

/// <summary>
/// Experiments whose answer is known: the engine, the model's memory, sampling, warm-up and intervals together. Equal buffers in a contiguous
/// area of 16 MiB; 2 MiB each, 8 fit. Intervals of 99 %, so that with fixed seeds a right engine passes.
/// </summary>
public class TheoryTests
{
    private const int Places = 8;
    private const int Repetitions = 10;

    [Theory]
    [InlineData("400ms", 20)]
    [InlineData("{exponential: 400ms}", 20)]
    [InlineData("{exponential: 400ms}", 15)]
    [InlineData("{exponential: 400ms}", 60)]
    [InlineData("{uniform: [0, 800ms]}", 20)]
    [InlineData("{lognormal: {mean: 400ms, sigma: 1.5}}", 20)]
    [InlineData("{pareto: {mean: 400ms, shape: 2.2}}", 20)]
    [InlineData("{choose: [{value: 100ms, weight: 9}, {value: 3100ms}]}", 20)]
    public void The_share_refused_is_Erlangs_loss_whatever_the_lifetimes_are_but_for_their_mean(string lifetime, int perSecond)
    {
        var results = Play($"{{name: s, arrivals: {{poisson: {perSecond}/s}}, lifetime: {lifetime}, {Buffers}}}");

        Agrees(100 * Queues.Loss(perSecond * 0.4, Places), 0.2, results, "buffers-refused");
    }

    [Theory]
    [InlineData("{exponential: 400ms}")]
    [InlineData("{pareto: {mean: 400ms, shape: 2.2}}")]
    public void The_buffers_on_the_board_are_the_rate_of_those_not_refused_times_their_lifetime(string lifetime)
    {
        var results = Play($"{{name: s, arrivals: {{poisson: 20/s}}, lifetime: {lifetime}, {Buffers}}}");

        var expected = 8 * (1 - Queues.Loss(8, Places));
        Agrees(expected, 0.05, results, "live-buffers-mean");
        Agrees(expected * 2097152, 0.05, results, "contiguous-used-mean");
    }

    /// <summary>Clients are machines, thinking is working, and a place in memory is a repairer.</summary>
    [Theory]
    [InlineData(12, 100)]
    [InlineData(12, 400)]
    [InlineData(16, 400)]
    public void A_closed_loop_that_waits_for_memory_is_the_machine_repair_model(int clients, int thinkMilliseconds)
    {
        var results = Play($"{{name: s, arrivals: {{clients: {clients}, think: {{exponential: {thinkMilliseconds}ms}}}}, lifetime: {{exponential: 400ms}}, when-full: wait, {Buffers}}}");

        var shares = Queues.Broken(clients, 400.0 / thinkMilliseconds, Places);
        var present = shares.Select((share, broken) => share * broken).Sum();
        var served = shares.Select((share, broken) => share * Math.Min(broken, Places)).Sum();
        Agrees(present, 0.05, results, "live-buffers-mean");
        Agrees(served * 2097152, 0.05, results, "contiguous-used-mean");
        Agrees((clients - present) / thinkMilliseconds * 1000 * 90, 0.05, results, "buffers");
        Agrees(1e9 * (present - served) / ((clients - present) / thinkMilliseconds * 1000), 0.4, results, "time-to-first-map");
    }

    private const string Buffers = "size: 2MiB, memory: cma, importers: display";

    private static IReadOnlyList<Repetition> Play(string stream) => MeasuresOnly.Of(
        SmallExperiment.Read(SmallExperiment.Text($"workload:\n  - {stream}\nduration: 100s\nwarm-up: 10s\nrepetitions: {Repetitions}\nseed: 5")), cores: 2);

    private static void Agrees(double expected, double width, IReadOnlyList<Repetition> results, string measure)
    {
        var interval = StudentInterval.Of([.. results.Select(repetition => repetition.Measures[measure])], 0.99);

        Assert.Equal(Repetitions, interval.Count);
        Assert.InRange(expected, interval.Low, interval.High);
        Assert.InRange(interval.HalfWidth, 0, width * expected);
    }
}
