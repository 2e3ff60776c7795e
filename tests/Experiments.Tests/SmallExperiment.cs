using DmaGrains.Experiments.Files;

namespace DmaGrains.Experiments.Tests;

/// <summary>Experiments on a small board, as texts.</summary>
internal static class SmallExperiment
{
    /// <summary>A board with a contiguous area of 16 MiB, a zone, a bounce pool, an MMU, and devices of each kind.</summary>
    public const string Board = """
        name: small
        title: A small board
        memory:
          - {name: low, kind: system, start: 0x0, size: 48MiB, reserved: {every: 1MiB, pages: 1}}
          - {name: pool, kind: bounce, start: 0x3000000, size: 1MiB}
          - {name: cma, kind: contiguous, start: 0x3100000, size: 16MiB}
          - {name: high, kind: system, start: 0x100000000, size: 64MiB, reserved: {every: 2MiB, pages: 3}}
        iommus:
          - {name: smmu, first: 0x0, last: 0xffffffff}
        devices:
          - {name: gpu, max_segment_size: 4294967295, dma_mask: 0xfffffffff, coherent: true}
          - {name: display, contiguous: true}
          - {name: camera, contiguous: true, dma_mask: 0x3ffffff}
          - {name: codec, iommu: smmu, max_segment_size: 64KiB, max_segment_count: 16}
          - {name: card, max_segment_size: 65536, max_segment_count: 128, never_exports: true}

        """;

    /// <summary>
    /// A recording of three buffers: one that is there from the begin to the end; one whose importers come and go, the display twice; and
    /// one that nobody imports.
    /// </summary>
    public const string Recording = """
        {"format":"dmagrains.buffer-recording","version":1,"source":"bufinfo","began":"2026-11-28T12:00:00+00:00","every_ms":100}
        {"at_ns":0,"what":"exported","buffer":"1","exporter":"drm","size_bytes":65536,"name":"frame"}
        {"at_ns":0,"what":"attached","buffer":"1","device":"gpu"}
        {"at_ns":100000000,"what":"exported","buffer":"2","exporter":"drm","size_bytes":65536}
        {"at_ns":100000000,"what":"attached","buffer":"2","device":"display"}
        {"at_ns":200000000,"what":"attached","buffer":"2","device":"gpu"}
        {"at_ns":300000000,"what":"detached","buffer":"2","device":"display"}
        {"at_ns":400000000,"what":"attached","buffer":"2","device":"display"}
        {"at_ns":500000000,"what":"gone","buffer":"2"}
        {"at_ns":600000000,"what":"exported","buffer":"2","exporter":"v4l2","size_bytes":4096}
        {"at_ns":700000000,"what":"attached","buffer":"1","device":"card"}
        {"at_ns":800000000,"what":"gone","buffer":"2"}
        {"at_ns":900000000,"what":"ended"}

        """;

    /// <summary>A folder with the board as <c>small.yaml</c> and the recording as <c>seen.jsonl</c>, for this run of the tests.</summary>
    public static string Folder { get; } = MakeFolder();

    /// <summary>The text of an experiment on the board, with further keys.</summary>
    /// <param name="rest">Such as <c>duration: 1s</c>; the rest of the file.</param>
    public static string Text(string rest) => $"""
        name: small
        question: Does it work?
        boards: [small.yaml]
        {rest}

        """;

    /// <summary>Reads the text of an experiment.</summary>
    public static Experiment Read(string text) => ExperimentFile.Parse(text, Path.Combine(Folder, "experiment.yaml"));

    private static string MakeFolder()
    {
        var folder = Directory.CreateTempSubdirectory("dmagrains-experiments-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        File.WriteAllText(Path.Combine(folder, "small.yaml"), Board);
        File.WriteAllText(Path.Combine(folder, "seen.jsonl"), Recording);
        File.WriteAllLines(Path.Combine(folder, "busy.jsonl"), BusyRecording());
        return folder;
    }

    /// <summary>A recording of many buffers within 300 ms, whose importers come and go.</summary>
    private static IEnumerable<string> BusyRecording()
    {
        var random = new Random(1);
        var events = new List<(int At, string Line)>();
        for (var buffer = 0; buffer < 80; buffer++)
        {
            var (at, end) = (random.Next(200), random.Next(200, 300));
            Say(at, $"""what":"exported","buffer":"{buffer}","exporter":"drm","size_bytes":{random.Next(1, 1 << 21)}""");
            for (var attached = at; random.Next(4) != 0 && attached < end; attached += random.Next(40))
            {
                var device = new[] { "gpu", "display", "card", "codec" }[random.Next(4)];
                Say(attached, $"""what":"attached","buffer":"{buffer}","device":"{device}" """);
                if (random.Next(2) == 0)
                {
                    Say(random.Next(attached, end), $"""what":"detached","buffer":"{buffer}","device":"{device}" """);
                }
            }

            if (random.Next(5) != 0)
            {
                Say(end, $"""what":"gone","buffer":"{buffer}" """);
            }
        }

        // Of what happens at the same time, what was said first happens first.
        return events.OrderBy(each => each.At).Select(each => each.Line)
            .Prepend("""{"format":"dmagrains.buffer-recording","version":1}""");

        void Say(int at, string what) => events.Add((at, $"{{\"at_ns\":{at * 1_000_000L},\"{what}}}"));
    }
}
