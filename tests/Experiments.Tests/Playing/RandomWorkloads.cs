using CsCheck;

namespace DmaGrains.Experiments.Tests.Playing;

/// <summary>Small experiments of all kinds.</summary>
internal static class RandomWorkloads
{
    private static readonly Gen<string> _time = Gen.OneOf(
        "3ms", "{exponential: 5ms}", "{uniform: [1ms, 9ms]}", "{lognormal: {mean: 4ms, sigma: 1}}", "{pareto: {mean: 6ms, shape: 1.5}}",
        "{choose: [{value: 1ms, weight: 3}, {value: 20ms}]}");

    private static readonly Gen<string> _arrivals = Gen.OneOf(
        Gen.OneOf("{poisson: 900/s}", "{constant: 500/s}", "{bursts: {size: 3, every: 5ms}}"),
        _time.Select(Gen.Int[1, 4], (think, clients) => $"{{clients: {clients}, think: {think}}}"));

    private static readonly Gen<string> _importers = Gen.OneOf(
        "gpu", "[gpu, display]", "[gpu from-device, display to-device]", "[codec, camera]", "[display, card, gpu]",
        "{choose: [{value: [gpu, display], weight: 2}, {value: card}, {value: [camera, gpu, codec]}]}");

    private static readonly Gen<string> _stream =
        from arrivals in _arrivals
        from size in Gen.OneOf("64KiB", "3MiB", "{choose: [{value: 4096}, {value: 2MiB, weight: 2}]}", "{exponential: 700KiB}")
        from lifetime in _time
        from importers in _importers
        from mapping in Gen.OneOf(
            Gen.Const("mapping: hold"),
            _time.Select(Gen.OneOf("0", "1ms", "{exponential: 2ms}"), (every, length) => $"mapping: per-use, uses: {{every: {every}, for: {length}}}"))
        from attach in Gen.OneOf("eager", "lazy")
        from first in Gen.OneOf("0", "{exponential: 1ms}")
        from pool in Gen.Int[1, 3]
        from full in Gen.OneOf("refuse", "wait")
        select $"arrivals: {arrivals}, size: {size}, lifetime: {lifetime}, importers: {importers}, {mapping}, attach: {attach}, "
            + $"first-use: {first}, pool: {pool}, when-full: {full}";

    private static readonly Gen<string> _recorded =
        from own in Gen.OneOf("", ", size: 64KiB", ", lifetime: 5ms", ", importers: [gpu, display]")
        from mapping in Gen.OneOf("hold", "per-use, uses: {every: 4ms, for: 1ms}")
        from attach in Gen.OneOf("eager", "lazy")
        from full in Gen.OneOf("refuse", "wait")
        select $"arrivals: {{recording: busy.jsonl}}{own}, mapping: {mapping}, attach: {attach}, when-full: {full}";

    private static readonly Gen<string> _faultOnGrains = Gen.OneOf(
        "{crash: gpu, every: {exponential: 30ms}}", "{hang: display, every: {exponential: 40ms}, for: 15ms}", "{revoke: s0, every: 25ms}");

    private static readonly Gen<string> _fault = Gen.OneOf(
        _faultOnGrains,
        Gen.OneOf(
            "{memory: cma, every: 50ms, for: {exponential: 5ms}}",
            "{parameters: card, every: 30ms, for: 10ms, max_segment_size: 4096, max_segment_count: 300}"));

    /// <summary>The text of an experiment of so many commands.</summary>
    public static Gen<string> Text(int commands) => Text(commands, _fault, Gen.Bool, "warm-up: 5ms");

    /// <summary>The text of one that grains can play, too. It has no other memory, which in virtual time is no command.</summary>
    public static Gen<string> OnGrains(int commands) => Text(commands, _faultOnGrains, Gen.Const(false), "warm-up: 0");

    private static Gen<string> Text(int commands, Gen<string> fault, Gen<bool> hasOther, string warmUp) =>
        from streams in _stream.Array[1, 3]
        from recorded in _recorded.Array[0, 1]
        from faults in fault.Array[0, 3]
        from policy in Gen.OneOf("refuse", "resplit", "migrate", "accept", "first-attach-migrate", "at-export", "mainline-bouncing", "own-lists", "shared-list")
        from other in hasOther
        from seed in Gen.ULong
        select SmallExperiment.Text($"""
            policy: {policy}
            workload:
            {string.Join('\n', streams.Concat(recorded).Select((stream, index) => $"  - {{name: s{index}, {stream}}}"))}
            {(other ? "other-memory: [{region: cma, arrivals: {poisson: 200/s}, size: {exponential: 1MiB}, lifetime: {exponential: 10ms}}]" : "where: model")}
            {(faults.Length == 0 ? "repetitions: 1" : $"faults: [{string.Join(", ", faults)}]")}
            commands: {commands}
            {warmUp}
            seed: {seed}
            """);
}
