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
          - {name: card, max_segment_size: 65536, max_segment_count: 128}

        """;

    /// <summary>A folder with the board as <c>small.yaml</c>, for this run of the tests.</summary>
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
        return folder;
    }
}
