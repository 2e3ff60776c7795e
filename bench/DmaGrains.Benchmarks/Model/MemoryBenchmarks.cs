using BenchmarkDotNet.Attributes;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;

namespace DmaGrains.Benchmarks.Model;

/// <summary>What do allocating and freeing 8 MiB cost on a board of 16 GiB whose memory is in pieces?</summary>
[MemoryDiagnoser]
public class MemoryBenchmarks
{
    private const ulong SizeBytes = 8 << 20;

    private AllocationRequest _request = null!;
    private PhysicalMemory _memory = null!;
    private PhysicalMemory _holding = null!;

    [Params(10, 90)]
    public int PercentFull { get; set; }

    /// <summary>One segment comes from the contiguous area, as no page allocator block holds 8 MiB.</summary>
    [Params("scattered", "contiguous")]
    public string Storage { get; set; } = string.Empty;

    [GlobalSetup]
    public void Setup()
    {
        var constraints = Storage == "contiguous"
            ? DmaConstraints.Unconstrained with { MaxSegmentCount = 1 }
            : DmaConstraints.Unconstrained;
        _request = new(new("frame", 0), SizeBytes, constraints, ulong.MaxValue, "gpu");
        _memory = FragmentedMemory.Make(PercentFull);
        var (holding, reply) = _memory.Allocate(_request);
        _holding = holding;

        // In the log beside the table: how much in pieces the memory is.
        Console.WriteLine($"// {reply.Value.Extents.Length} extents from {reply.Value.Regions[0]}");
        foreach (var use in _memory.Describe())
        {
            Console.WriteLine(
                $"// {use.Name}: {use.HeldBytes * 100 / use.SizeBytes}% held, {use.FreeRunCount} free runs, largest {use.LargestFreeBytes}");
        }
    }

    [Benchmark(Baseline = true)]
    public PhysicalMemory AllocateAndFree() => _memory.Allocate(_request).Next.Free(_request.Token);

    [Benchmark]
    public PhysicalMemory Allocate() => _memory.Allocate(_request).Next;

    [Benchmark]
    public PhysicalMemory Free() => _holding.Free(_request.Token);
}
