namespace DmaGrains.Interfaces;

/// <summary>A cluster cannot be reached, failed, or did not reply. The message is one line for the user of the program.</summary>
public sealed class NoReplyException : Exception
{
    /// <summary>Creates the exception for a missing reply.</summary>
    public NoReplyException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the one that came in place of a reply.</summary>
    public NoReplyException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
