using DmaGrains.Experiments.Playing;

namespace DmaGrains.Experiments.Tests.Playing;

/// <summary>What the keys of a workload do, each in an experiment small enough to be reckoned by hand.</summary>
public class WorkloadTests
{
    // 16 MiB of cma; the display takes one run in it.
    private const string Frame = "size: 4MiB, memory: cma, importers: display";

    [Fact]
    public void Buffers_beyond_what_fits_are_refused()
    {
        var results = Play($"{{name: s, arrivals: {{bursts: {{size: 6, every: 1s}}}}, lifetime: 500ms, {Frame}}}", "duration: 1000s\nwarm-up: 0");

        Assert.Equal(6000, results["buffers"]);
        Assert.Equal(100.0 / 3, results["buffers-refused"], 1e-9);
        Assert.Equal(0, results["refused-by-fragmentation"]);
        Assert.Equal(16 << 20, results["contiguous-used-max"]);
        Assert.Equal(8 << 20, results["contiguous-used-mean"], 8e3);
        var refusals = Assert.Single(results.Refusals);
        Assert.Equal(("map", "ENOMEM", 2000UL), (refusals.Step, refusals.Errno, refusals.Count));
    }

    [Fact]
    public void Refusals_are_counted_by_stream_too()
    {
        var results = Play(
            $"{{name: small, arrivals: {{constant: 1/s}}, size: 4KiB, lifetime: 500ms, importers: gpu}}\n"
                + $"  - {{name: large, arrivals: {{bursts: {{size: 6, every: 1s}}}}, lifetime: 500ms, {Frame}}}",
            "duration: 1000s\nwarm-up: 0");

        Assert.Equal(0, results["buffers-refused:small"]);
        Assert.Equal(100.0 / 3, results["buffers-refused:large"], 1e-9);
        Assert.Equal(200.0 / 7, results["buffers-refused"], 1e-2);
    }

    [Fact]
    public void Buffers_that_wait_for_memory_are_served_in_turn()
    {
        var results = Play(
            $"{{name: s, arrivals: {{bursts: {{size: 6, every: 1s}}}}, lifetime: 300ms, when-full: wait, {Frame}}}", "duration: 1000s\nwarm-up: 0");

        Assert.Equal(0, results["buffers-refused"]);
        Assert.Equal(300_000_000.0 * 2 / 6, results["time-to-first-map"], 2e5);
        Assert.Empty(results.Refusals);
    }

    [Fact]
    public void A_pool_is_allocated_whole_or_not_at_all()
    {
        var results = Play($"{{name: s, arrivals: {{bursts: {{size: 2, every: 1s}}}}, lifetime: 500ms, pool: 3, {Frame}}}", "duration: 1000s\nwarm-up: 0");

        Assert.Equal(6000, results["buffers"]);
        Assert.Equal(50, results["buffers-refused"]);
        Assert.Equal(6 << 20, results["contiguous-used-mean"], 6e3);
    }

    [Fact]
    public void A_buffer_is_mapped_and_unmapped_for_each_use()
    {
        var results = Play(
            "{name: s, arrivals: {constant: 1/s}, size: 64KiB, lifetime: 900ms, importers: [gpu, card], mapping: per-use, uses: {every: 100ms}}",
            "duration: 100s\nwarm-up: 0");

        // Nine uses, each by two importers: an export, two attaches, 36 maps and unmaps, two detaches and a release.
        Assert.Equal(100, results["buffers"]);
        Assert.InRange(results["commands"], 99 * 42, 100 * 42);
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(1, 100)]
    public void An_importer_that_is_told_to_try_again_is_refused_if_it_never_gets_in(int uses, double refused)
    {
        // The display needs one run: the pages move before the next map, once the GPU has unmapped them.
        var results = Play(
            $"{{name: s, arrivals: {{constant: 1/s}}, size: 2MiB, lifetime: {(uses * 100) - 50}ms, importers: [gpu, display], memory: [low, cma], policy: migrate, "
                + "attach: lazy, mapping: per-use, uses: {every: 100ms, for: 10ms}}",
            "duration: 100s\nwarm-up: 0");

        Assert.Equal(refused, results["buffers-refused"], refused == 0 ? 0 : 1.5);
        var told = Assert.Single(results.Refusals);
        Assert.Equal(("map", "EAGAIN"), (told.Step, told.Errno));
    }

    [Fact]
    public void A_closed_loop_has_as_many_buffers_at_a_time_as_clients_at_most()
    {
        var results = Play(
            "{name: s, arrivals: {clients: 3, think: 100ms}, size: 64KiB, lifetime: 300ms, importers: gpu}", "duration: 400s\nwarm-up: 0");

        Assert.Equal(3U, results.Samples.Max(sample => sample.LiveBuffers));
        Assert.Equal(3 * 0.75, results["live-buffers-mean"], 0.01);
    }

    [Fact]
    public void A_lazy_importer_attaches_at_its_first_use_and_may_come_too_late()
    {
        const string stream =
            "{name: s, arrivals: {constant: 1/s}, size: 4MiB, lifetime: 500ms, importers: [gpu, display], first-use: 10ms, attach: ATTACH}";

        var eager = Play(stream.Replace("ATTACH", "eager", StringComparison.Ordinal), "duration: 10s\nwarm-up: 0");
        var lazy = Play(stream.Replace("ATTACH", "lazy", StringComparison.Ordinal), "duration: 10s\nwarm-up: 0");

        Assert.Equal(0, eager["buffers-refused"]);
        Assert.Equal(10_000_000, eager["time-to-first-map"]);
        Assert.Equal(100, lazy["buffers-refused"]);
        var refusals = Assert.Single(lazy.Refusals);
        Assert.Equal(("attach", "EBUSY", "display"), (refusals.Step, refusals.Errno, refusals.Importer));
    }

    [Fact]
    public void Memory_in_pieces_is_told_from_memory_that_is_full()
    {
        // Small buffers that outlive others leave holes; in all, enough is free for 4 MiB.
        var results = Play(
            """
            {name: small, arrivals: {constant: 30/s}, size: 1MiB, memory: cma, importers: display, lifetime: {choose: [{value: 100ms, weight: 20}, {value: 3s}]}}
              - {name: large, arrivals: {constant: 10/s}, size: 6MiB, lifetime: 1ms, memory: cma, importers: display}
            """,
            "duration: 60s\nwarm-up: 5s\nseed: 3");

        Assert.InRange(results["refused-by-fragmentation"], 0.1, results["buffers-refused"]);
        Assert.Equal(
            [("MaxSegmentCount", true), ("SizeBytes", false)],
            results.Refusals.Select(refusal => (refusal.Field, refusal.OfThemFragmented == refusal.Count)));
    }

    [Fact]
    public void What_others_take_is_not_there_for_buffers()
    {
        var results = Play(
            $"{{name: s, arrivals: {{constant: 1/s}}, lifetime: 1ms, {Frame}}}",
            "other-memory: [{region: cma, arrivals: {constant: 0.1/s}, size: 14MiB, lifetime: 5s}]\nduration: 1000s\nwarm-up: 0");

        Assert.Equal(50, results["buffers-refused"], 1.0);
    }

    [Fact]
    public void A_crash_ends_what_the_device_holds()
    {
        var results = Play(
            $"{{name: s, arrivals: {{constant: 1/s}}, lifetime: 5s, {Frame}}}", "faults: [{crash: display, every: 1s}]\nduration: 100s\nwarm-up: 0");

        Assert.Equal(0, results["buffers-refused"]);
        Assert.InRange(results["live-buffers-mean"], 0.01, 1);
    }

    [Fact]
    public void A_device_that_hangs_keeps_what_it_holds()
    {
        var results = Play(
            $"{{name: s, arrivals: {{constant: 4/s}}, lifetime: 100ms, {Frame}}}",
            "faults: [{hang: display, every: 60s, for: 30s}]\nduration: 60s\nwarm-up: 0\nthresholds: [buffers > 1]");

        Assert.Equal(0, results["buffers-refused"]);
        Assert.Equal(240, results["buffers"]);
    }

    [Fact]
    public void A_buffer_that_is_revoked_is_given_up()
    {
        var results = Play(
            $"{{name: s, arrivals: {{constant: 1/s}}, lifetime: 10s, {Frame}}}", "faults: [{revoke: s, every: 1s}]\nduration: 100s\nwarm-up: 0");

        Assert.Equal(0, results["buffers-refused"]);
        Assert.Contains(results.Hazards, hazard => hazard.Kind == "held_after_revoke" && hazard.Importer == "display");
    }

    [Fact]
    public void While_memory_has_run_out_buffers_are_refused()
    {
        var results = Play(
            $"{{name: s, arrivals: {{constant: 2/s}}, lifetime: 1ms, {Frame}}}",
            "faults: [{memory: cma, every: 10s, for: 5s}]\nduration: 1000s\nwarm-up: 0");

        Assert.Equal(50, results["buffers-refused"], 1.5);
    }

    [Fact]
    public void While_a_driver_declares_other_limits_they_count_for_who_attaches()
    {
        var results = Play(
            "{name: s, arrivals: {constant: 2/s}, size: 4MiB, lifetime: 100ms, importers: card}",
            "faults: [{parameters: card, every: 10s, for: 5s, max_segment_size: 4096, max_segment_count: 16}]\nduration: 1000s\nwarm-up: 0");

        Assert.Equal(50, results["attaches-refused"], 1.5);
        Assert.All(results.Refusals, refusal => Assert.Equal("card", refusal.Importer));
    }

    [Fact]
    public void What_happens_in_the_warm_up_does_not_count()
    {
        const string stream = $"{{name: s, arrivals: {{bursts: {{size: 6, every: 1000s}}}}, lifetime: 900s, {Frame}}}";

        // The only burst comes somewhere in the first 1000 seconds.
        var results = Play(stream, "duration: 1010s\nwarm-up: 1000s");

        Assert.Equal(0, results["buffers"]);
        Assert.All(results.Samples, sample => Assert.InRange(sample.AtNanoseconds, 1_000_000_000_000UL, 1_010_000_000_000UL));
    }

    [Fact]
    public void A_warm_up_that_is_found_out_leaves_the_empty_start_out()
    {
        const string stream = "{name: s, arrivals: {poisson: 20/s}, size: 4096, lifetime: {exponential: 10s}, importers: gpu}";

        var whole = Play(stream, "duration: 100s\nwarm-up: 0");
        var cut = Play(stream, "duration: 100s");

        Assert.True(cut["live-buffers-mean"] > whole["live-buffers-mean"]);
        Assert.Equal(200, cut["live-buffers-mean"], 15.0);
    }

    [Fact]
    public void A_run_ends_after_so_many_commands()
    {
        var results = Play("{name: s, arrivals: {poisson: 20/s}, size: 4096, lifetime: 1s, importers: gpu}", "commands: 1000\nwarm-up: 0");

        Assert.InRange(results["commands"], 1000, 1003);
    }

    [Fact]
    public void A_run_ends_when_nothing_more_can_happen()
    {
        // No board ever has so much in one piece: all clients wait.
        var results = Play(
            "{name: s, arrivals: {clients: 3, think: 100ms}, size: 1GiB, lifetime: 1s, importers: display, when-full: wait}", "commands: 1000\nwarm-up: 0");

        Assert.Equal(3, results["buffers"]);
        Assert.InRange(results["commands"], 3, 999);
    }

    [Fact]
    public void A_hundred_years_are_kept_in_as_few_spans_as_a_minute()
    {
        var results = Play("{name: s, arrivals: {constant: 1/d}, size: 4096, lifetime: 8h, importers: gpu}", "duration: 36500d\nwarm-up: 0");

        Assert.Equal(36_500, results["buffers"]);
        Assert.Equal(1.0 / 3, results["live-buffers-mean"], 0.001);
        Assert.InRange(results.Samples.Count(sample => sample.Region == "cma"), 512, Tally.SpansMax);
    }

    [Fact]
    public void A_run_of_commands_ends_after_the_longest_time_at_the_latest()
    {
        var results = Play("{name: s, arrivals: {clients: 1, think: 20000d}, size: 4096, lifetime: 10000d, importers: gpu}", "commands: 1000\nwarm-up: 0");

        Assert.Equal(1, results["buffers"]);
    }

    private static CollectedResults Play(string stream, string rest) =>
        ExperimentRunTests.Play(SmallExperiment.Text($"workload:\n  - {stream}\n{rest}"));
}
