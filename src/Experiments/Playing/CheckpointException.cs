namespace DmaGrains.Experiments.Playing;

/// <summary>A checkpoint that cannot be gone on from, or cannot be written: which file, why, and what was expected.</summary>
/// <param name="message">One sentence.</param>
/// <param name="cause">What went wrong; null when the file is at fault.</param>
public sealed class CheckpointException(string message, Exception? cause = null) : Exception(message, cause);
