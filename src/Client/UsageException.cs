namespace DmaGrains.Client;

/// <summary>An argument is wrong; the message says what was found and what was expected.</summary>
public sealed class UsageException(string message) : Exception(message);
