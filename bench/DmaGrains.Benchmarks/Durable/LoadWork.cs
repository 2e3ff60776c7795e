namespace DmaGrains.Benchmarks.Durable;

/// <summary>Operations on one of several targets.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Operations">How many belong together and come one after the other, such as an attach and its detach.</param>
/// <param name="DoAsync">Does one: the target, counted from 0, and which of the <paramref name="Operations"/>.</param>
internal sealed record LoadWork(string Name, int Operations, Func<int, int, Task> DoAsync);
