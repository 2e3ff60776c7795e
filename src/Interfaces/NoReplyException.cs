namespace DmaGrains.Interfaces;

/// <summary>A cluster cannot be reached, failed, or did not reply; the message is one line for whoever started the program.</summary>
public sealed class NoReplyException : Exception
{
    /// <summary>There was no reply.</summary>
    public NoReplyException(string message)
        : base(message)
    {
    }

    /// <summary>There was an exception in place of a reply.</summary>
    public NoReplyException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
