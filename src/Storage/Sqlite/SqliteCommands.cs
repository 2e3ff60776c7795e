using Microsoft.Data.Sqlite;

namespace DmaGrains.Storage.Sqlite;

/// <summary>Runs statements that need no preparation.</summary>
internal static class SqliteCommands
{
    /// <summary>Runs statements without a result.</summary>
    public static void Execute(this SqliteConnection connection, string statements)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statements;
        command.ExecuteNonQuery();
    }

    /// <summary>The first value of a query's result.</summary>
    public static object? Ask(this SqliteConnection connection, string query)
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        return command.ExecuteScalar();
    }
}
