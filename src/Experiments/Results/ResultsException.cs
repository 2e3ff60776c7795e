namespace DmaGrains.Experiments.Results;

/// <summary>A results folder cannot be used. The message names the folder, the reason, and what was expected.</summary>
/// <param name="message">One sentence.</param>
/// <param name="cause">The I/O error, or null when it is the wrong folder.</param>
public sealed class ResultsException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether I/O failed, for example on a full disk, and not the choice of the folder.</summary>
    public bool IsUnwritable => InnerException is not null;
}
