namespace DmaGrains.Interfaces;

/// <summary>A gateway answers and does not let the client in: another cluster, or no token that it knows. The message is one line for the user.</summary>
public sealed class GatewayRefusedException(string message) : Exception(message);
