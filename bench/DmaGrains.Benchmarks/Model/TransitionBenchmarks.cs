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
        Samples.Apply(Samples.Apply(_buffer, _attach, Samples.DeviceOf(1)).Next, _detach, Samples.DeviceOf(1)).Next;

    [Benchmark]
    public DmaBuffer Attach() => Samples.Apply(_buffer, _attach, Samples.DeviceOf(1)).Next;

    [Benchmark]
    public DmaBuffer Detach() => Samples.Apply(_attached, _detach, Samples.DeviceOf(1)).Next;
}
