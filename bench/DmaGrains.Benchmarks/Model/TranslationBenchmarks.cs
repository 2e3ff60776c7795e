using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;

namespace DmaGrains.Benchmarks.Model;

/// <summary>
/// What do map and unmap of 8 MiB cost through MMUs, beside the same buffer without? Divide by 2048 for ns per page. Everything that
/// a map does is in it: the list, what the device walks, invariants.
/// </summary>
[MemoryDiagnoser]
public class TranslationBenchmarks
{
    private const ulong SizeBytes = 8 << 20;
    private const ulong Pages = SizeBytes / 4096;
    private const string Frame = "frame";

    private Board _board = null!;

    /// <summary>Scattered: every page is an entry of its own, and MMUs join them. Contiguous: one entry.</summary>
    [Params("scattered", "contiguous")]
    public string Storage { get; set; } = string.Empty;

    [GlobalSetup]
    public void Setup()
    {
        // Every second page is taken before anybody comes.
        MemoryRegionLayout memory = Storage == "scattered"
            ? new("ram", MemoryKind.System, new(0x100000, 3 * Pages), 2, 1)
            : new("area", MemoryKind.Contiguous, new(0x100000, 3 * Pages));
        _board = Board.Create(new("translated", "Benchmark board", [memory], Devices)
        {
            Stages =
            [
                new("smmu", new(new(0), new((1UL << 48) - 1), 4096)),
                new("gpu-mmu", new(new(0), new(uint.MaxValue), 4096)),
            ],
        }).Value;
        _board = _board.Export(new(Frame, SizeBytes) { Policy = NamedPolicies.Find("translated")! }).Next;
        _board = Devices.Aggregate(_board, (board, device) => Granted(board, new DmaCommand.Attach(device.Name, device.Name)));

        // The first map allocates; what is measured are later ones.
        _board = MapAndUnmap("direct");
        var segments = Granted(_board, Map("two")).Buffer(Frame)!.Mappings[0];
        if (segments.ToTable().EntryCount != (Storage == "scattered" ? (int)Pages : 1) || segments.ToSegments().Length != 1)
        {
            throw new InvalidOperationException("The storage has another shape.");
        }
    }

    [Benchmark(Baseline = true)]
    public Board WithoutTranslation() => MapAndUnmap("direct");

    [Benchmark]
    public Board OneStage() => MapAndUnmap("one");

    [Benchmark]
    public Board TwoStages() => MapAndUnmap("two");

    private static ImmutableArray<Device> Devices { get; } =
    [
        new("direct", new(uint.MaxValue, 0, 0)) { DmaMask = ulong.MaxValue },
        new("one", new(uint.MaxValue, 0, 0)) { Iommu = "smmu", DmaMask = (1UL << 40) - 1 },
        new("two", new(uint.MaxValue, 0, 0)) { Iommu = "gpu-mmu", BusMmu = "smmu" },
    ];

    private static DmaCommand.Map Map(string device) => new("mapping", device, DmaDirection.Bidirectional);

    private static Board Granted(Board board, DmaCommand command)
    {
        var (next, reply) = board.Execute(Frame, command);
        return reply.IsGranted ? next : throw new InvalidOperationException($"The sample was refused: {reply.Refusal}");
    }

    private Board MapAndUnmap(string device) =>
        Granted(Granted(_board, Map(device)), new DmaCommand.Unmap("mapping"));
}
