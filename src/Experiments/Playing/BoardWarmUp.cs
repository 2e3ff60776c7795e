namespace DmaGrains.Experiments.Playing;

/// <summary>The warm-up at the start of each repetition, which does not count.</summary>
/// <param name="Nanoseconds">Its virtual time.</param>
/// <param name="HasSettled">Whether boards look steady afterwards, or the file states the warm-up.</param>
public sealed record BoardWarmUp(ulong Nanoseconds, bool HasSettled);
