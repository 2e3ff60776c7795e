namespace DmaGrains.Benchmarks.Hosting;

internal sealed class EmptyGrain : Grain, IEmptyGrain
{
    public Task CallAsync() => Task.CompletedTask;
}
