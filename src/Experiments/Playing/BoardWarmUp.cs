namespace DmaGrains.Experiments.Playing;

/// <summary>What does not count at the start of each repetition.</summary>
/// <param name="Nanoseconds">So much virtual time.</param>
/// <param name="HasSettled">Whether boards look steady from then on, or the file says that they are.</param>
public sealed record BoardWarmUp(ulong Nanoseconds, bool HasSettled);
