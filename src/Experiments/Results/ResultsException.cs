namespace DmaGrains.Experiments.Results;

/// <summary>A results folder that cannot be used: which, why, and what was expected.</summary>
/// <param name="message">One sentence.</param>
/// <param name="cause">Why it cannot be read or written; null when it is the wrong folder.</param>
public sealed class ResultsException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether the disk is at fault, such as a full one, and not the choice of the folder.</summary>
    public bool IsUnwritable => InnerException is not null;
}
