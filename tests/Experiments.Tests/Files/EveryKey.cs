namespace DmaGrains.Experiments.Tests.Files;

/// <summary>An experiment that uses every key of its format.</summary>
internal static class EveryKey
{
    public const string Experiment = """
        name: every-key
        question: Does every key work?
        boards: [small.yaml, {board: small.yaml, count: 2}]
        regions: {cma: 12MiB}
        policy: migrate
        workload:
          - name: camera
            arrivals: {poisson: 5/s}
            size: {choose: [{value: 1920x1080x2, weight: 3}, {value: 64KiB}]}
            lifetime: {exponential: 400ms}
            importers: {choose: [{value: [gpu from-device, display to-device], weight: 2}, {value: camera}]}
            exporter: display
            memory: [cma, low]
            policy: refuse
            mapping: hold
            first-use: {uniform: [0, 5ms]}
            attach: lazy
            pool: 4
            when-full: wait
          - name: decoder
            arrivals: {clients: 8, think: {lognormal: {mean: 1s, sigma: 1.5}}}
            size: {uniform: [4096, 1MiB]}
            lifetime: {pareto: {mean: 300ms, shape: 1.5}}
            importers: codec
            mapping: per-use
            uses: {every: 16.7ms, for: {constant: 2ms}}
          - {name: photo, arrivals: {bursts: {size: 6, every: 2s}}, size: 1MiB, lifetime: 1s, importers: [gpu]}
          - {name: clock, arrivals: {constant: 30/s}, size: 4KiB, lifetime: 10ms, importers: [card bidirectional], attach: eager, when-full: refuse}
          - {name: seen, arrivals: {recording: seen.jsonl}, devices: {display: camera, gpu: none}}
        other-memory:
          - {region: cma, arrivals: {poisson: 3/min}, size: {exponential: 100KiB}, lifetime: 1min}
        faults:
          - {crash: gpu, every: {exponential: 10s}}
          - {hang: display, every: 30s, for: {exponential: 100ms}}
          - {revoke: camera, every: 1min}
          - {memory: high, every: 20s, for: 1s}
          - {parameters: card, every: 15s, for: 2s, max_segment_size: 4096, max_segment_count: 16, segment_boundary_mask: 0xffff}
        matrix:
          policy: [refuse, {late_attach: migrate, pinned: true}]
          cma: [8MiB, 16MiB]
          photo.first-use: [0, {exponential: 1s}]
        duration: 2s
        warm-up: 100ms
        repetitions: 2
        seed: 18446744073709551615
        where: model
        measure: buffers-refused:camera
        thresholds: [buffers-refused < 50%, "time-to-first-map <= 20ms", used-max:cma >= 1MiB, commands > 0]

        """;
}
