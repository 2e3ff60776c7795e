using BenchmarkDotNet.Attributes;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Benchmarks.Model;

/// <summary>What does a pure transition cost as importers grow? Invariants included, as shipped.</summary>
[MemoryDiagnoser]
public class TransitionBenchmarks
{
    private readonly DmaCommand _attach = Samples.Attach("newcomer", 1);
    private readonly DmaCommand _detach = new DmaCommand.Detach("newcomer");
    private DmaBuffer _buffer = null!;
    private DmaBuffer _attached = null!;

    [Params(1, 4, 16, 64, 1000)]
    public int Importers { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _buffer = Samples.Buffer(Importers);
        _attached = Attach();
        if (_attached.Attachments.Length != Importers + 1 || Detach().Attachments.Length != Importers)
        {
            throw new InvalidOperationException("The sample was refused.");
        }
    }

    [Benchmark(Baseline = true)]
    public DmaBuffer AttachAndDetach() =>
        _buffer.Apply(_attach, Samples.DeviceOf(1), null).Next.Apply(_detach, null, null).Next;

    [Benchmark]
    public DmaBuffer Attach() => _buffer.Apply(_attach, Samples.DeviceOf(1), null).Next;

    [Benchmark]
    public DmaBuffer Detach() => _attached.Apply(_detach, null, null).Next;
}
