using DmaGrains.Client.Live;

namespace DmaGrains.Client.Commands;

/// <summary>The connection that the commands of a batch share.</summary>
internal static class Batch
{
    private static readonly AsyncLocal<Connection?> _current = new();

    /// <summary>That of the batch that is being carried out; null outside one.</summary>
    public static Connection? Current => _current.Value;

    /// <summary>From now on, what this flow of control carries out uses a connection.</summary>
    public static void Share(Connection connection) => _current.Value = connection;
}
