namespace DmaGrains.Experiments.Playing;

/// <summary>A checkpoint cannot be used or written. The message names the file, the reason, and what was expected.</summary>
/// <param name="message">One sentence.</param>
/// <param name="cause">What went wrong; null when the file is at fault.</param>
public sealed class CheckpointException(string message, Exception? cause = null) : Exception(message, cause);
