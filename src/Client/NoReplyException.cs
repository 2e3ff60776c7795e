namespace DmaGrains.Client;

/// <summary>A cluster did not do what it was asked, or did not say so; the message is for the user.</summary>
public sealed class NoReplyException(string message, Exception cause) : Exception(message, cause);
