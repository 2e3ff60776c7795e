using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DmaGrains.Silo.Storage.Sqlite;

/// <summary>
/// The file: one connection with an exclusive lock, a write-ahead log that is flushed to the disk at every commit, and statements
/// that are prepared once. For one thread at a time.
/// </summary>
internal sealed class SqliteFile : IDisposable
{
    // Seconds that the end of another process is waited for.
    private const int PatienceSeconds = 1;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _read;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _update;

    private SqliteFile(string path, SqliteConnection connection)
    {
        Path = path;
        _connection = connection;
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _read = Prepare("SELECT version, payload FROM state WHERE grain = $grain AND name = $name", "$grain", "$name");
        _insert = Prepare(
            "INSERT INTO state VALUES ($grain, $name, 1, $payload) ON CONFLICT DO NOTHING",
            "$grain", "$name", "$payload");
        _update = Prepare(
            """
            UPDATE state SET version = version + 1, payload = $payload
            WHERE grain = $grain AND name = $name AND version = $version
            """,
            "$grain", "$name", "$payload", "$version");
    }

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>Opens the file and makes sure that it is ours, whole, and can be written.</summary>
    /// <exception cref="StorageException">It is not.</exception>
    public static SqliteFile Open(string file)
    {
        var path = System.IO.Path.GetFullPath(file);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            DefaultTimeout = PatienceSeconds,
            Pooling = false,
        }.ConnectionString);
        try
        {
            connection.Open();
            SqliteSchema.Claim(connection, path);
            return new(path, connection);
        }
        catch (SqliteException problem)
        {
            connection.Dispose();
            throw new StorageException($"{path} {SqliteSchema.WhyNot(problem, path)}.", problem);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Starts a transaction.</summary>
    public void Begin() => _begin.ExecuteNonQuery();

    /// <summary>Ends it; everything is on the disk when this returns.</summary>
    public void Commit() => _commit.ExecuteNonQuery();

    /// <summary>Undoes it, if SQLite has not done so already. Should that fail too, the next <see cref="Begin"/> says so.</summary>
    public void RollBack()
    {
        try
        {
            if (raw.sqlite3_get_autocommit(_connection.Handle) == 0)
            {
                _connection.Execute("ROLLBACK");
            }
        }
        catch (SqliteException)
        {
            // What failed before is what the callers are told.
        }
    }

    /// <summary>A grain's state, or null.</summary>
    public StoredState? Read(string grain, string name)
    {
        Bind(_read, grain, name);
        using var row = _read.ExecuteReader();
        return row.Read() ? new(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetFieldValue<byte[]>(1)) : null;
    }

    /// <summary>Writes a grain's state.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="name">The state's name.</param>
    /// <param name="expected">The version it must be at; null when there must be none.</param>
    /// <param name="payload">The state, or null to clear it.</param>
    /// <returns>Its new version; null when it was not at the expected one, and nothing was changed.</returns>
    public StoredState? Change(string grain, string name, long? expected, byte[]? payload)
    {
        var statement = expected is null ? _insert : _update;
        Bind(statement, grain, name);
        statement.Parameters[2].Value = payload ?? (object)DBNull.Value;
        if (expected is { } version)
        {
            statement.Parameters[3].Value = version;
        }

        return statement.ExecuteNonQuery() == 1 ? StoredState.After(expected) : null;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _connection.Dispose();

    private static void Bind(SqliteCommand statement, string grain, string name)
    {
        statement.Parameters[0].Value = grain;
        statement.Parameters[1].Value = name;
    }

    private SqliteCommand Prepare(string statement, params IEnumerable<string> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = statement;
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter, parameter switch
            {
                "$payload" => SqliteType.Blob,
                "$version" => SqliteType.Integer,
                _ => SqliteType.Text,
            });
        }

        command.Prepare();
        return command;
    }
}
