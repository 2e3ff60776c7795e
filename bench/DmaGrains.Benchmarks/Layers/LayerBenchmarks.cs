using System.Globalization;
using BenchmarkDotNet.Attributes;
using DmaGrains.Benchmarks.Hosting;
using DmaGrains.Benchmarks.Model;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Benchmarks.Layers;

/// <summary>
/// Where does the time of an attach and a detach go? Each layer does what the one before does and more. Bytes of the cluster are those
/// of the client and both silos together, as they share the process.
/// </summary>
[MemoryDiagnoser]
public class LayerBenchmarks
{
    private readonly DmaCommand _attach = Samples.Attach("newcomer", 1);
    private readonly DmaCommand _detach = new DmaCommand.Detach("newcomer");
    private DmaBuffer _buffer = null!;
    private StateCopy _state = null!;
    private BenchmarkSilo? _silo;
    private TcpCluster? _cluster;
    private readonly DmaCaller _caller = new();
    private IDmaBufferGrain _grain = null!;
    private long _names;

    [Params(1, 4, 16, 64)]
    public int Importers { get; set; }

    [GlobalSetup(Targets = [nameof(L0Transition), nameof(L1StateCopied)])]
    public void SetUpModel()
    {
        _buffer = Samples.Buffer(Importers);
        _state = new();
    }

    [GlobalSetup(Target = nameof(L2GrainWithoutStorage))]
    public Task SetUpWithoutStorageAsync() => SetUpSiloAsync(BenchmarkStorage.None);

    [GlobalSetup(Target = nameof(L2Grain))]
    public Task SetUpWithStorageAsync() => SetUpSiloAsync(BenchmarkStorage.Memory);

    [GlobalSetup(Target = nameof(L3Tcp))]
    public async Task SetUpClusterAsync()
    {
        _cluster = await TcpCluster.StartAsync();
        _grain = await SampleGrains.ExportAsync(_cluster.Grains, Importers);
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await (_silo?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_cluster?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Benchmark(Baseline = true)]
    public DmaBuffer L0Transition() =>
        Samples.Apply(Samples.Apply(_buffer, _attach, Samples.DeviceOf(1)).Next, _detach, Samples.DeviceOf(1)).Next;

    [Benchmark]
    public int L1StateCopied()
    {
        var attached = Samples.Apply(_buffer, _attach, Samples.DeviceOf(1));
        var detached = Samples.Apply(attached.Next, _detach, Samples.DeviceOf(1));
        return _state.Copy(_attach, attached) + _state.Copy(_detach, detached);
    }

    [Benchmark]
    public Task L2GrainWithoutStorage() => AttachAndDetachAsync();

    [Benchmark]
    public Task L2Grain() => AttachAndDetachAsync();

    [Benchmark]
    public Task L3Tcp() => AttachAndDetachAsync();

    private async Task SetUpSiloAsync(BenchmarkStorage storage)
    {
        _silo = await BenchmarkSilo.StartAsync(storage);
        _grain = await SampleGrains.ExportAsync(_silo.Grains, Importers);
    }

    private async Task AttachAndDetachAsync()
    {
        // A name is used once.
        var name = string.Create(CultureInfo.InvariantCulture, $"newcomer-{_names++}");
        Check(await _grain.AttachAsync(name, Samples.DeviceOf(1).Name, _caller.Next()));
        Check(await _grain.DetachAsync(name, _caller.Next()));
    }

    private static void Check(DmaResult<DmaReply> reply)
    {
        if (!reply.IsGranted)
        {
            throw new InvalidOperationException(reply.Refusal!.ToString());
        }
    }
}
