namespace DmaGrains.Benchmarks.Durable;

/// <summary>What <see cref="DurableRun"/> asks its workers to measure.</summary>
internal static class DurableMeasures
{
    /// <summary>A call that does nothing.</summary>
    public const string Empty = "empty call";

    /// <summary>An append of the bare grain.</summary>
    public const string Bare = "bare append";

    /// <summary>A command of a buffer: an attach or a detach.</summary>
    public const string Command = "durable command";
}
