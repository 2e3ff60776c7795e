using DmaGrains.Client.Live;

namespace DmaGrains.Client.Commands;

/// <summary>The connection that the commands of a batch share.</summary>
internal static class Batch
{
    private static readonly AsyncLocal<Connection?> _current = new();

    /// <summary>The connection of the current batch; null outside a batch.</summary>
    public static Connection? Current => _current.Value;

    /// <summary>Makes all commands of this flow of control use a connection.</summary>
    public static void Share(Connection connection) => _current.Value = connection;
}
