using Microsoft.Data.Sqlite;

namespace DmaGrains.Storage.Sqlite;

/// <summary>Statements that are carried out once.</summary>
internal static class SqliteCommands
{
    /// <summary>Carries out statements that answer nothing.</summary>
    public static void Execute(this SqliteConnection connection, string statements)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statements;
        command.ExecuteNonQuery();
    }

    /// <summary>The first value that a query answers.</summary>
    public static object? Ask(this SqliteConnection connection, string query)
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        return command.ExecuteScalar();
    }
}
