namespace DmaGrains.Client;

/// <summary>A cluster cannot be reached, did not do what it was asked, or did not say so; the message is for the user.</summary>
public sealed class NoReplyException : Exception
{
    /// <summary>Nothing came from where a cluster should be.</summary>
    public NoReplyException(string message)
        : base(message)
    {
    }

    /// <summary>Something else came than a reply.</summary>
    public NoReplyException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
