using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DmaGrains.Storage.Sqlite;

/// <summary>A prepared statement, without the objects that ADO.NET makes for each row. Parameters count from 1, columns from 0.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    /// <summary>Prepares a statement.</summary>
    /// <exception cref="SqliteException">It is wrong, or the file is damaged.</exception>
    public SqliteStatement(sqlite3 database, string text)
    {
        _database = database;
        Demand(raw.sqlite3_prepare_v2(database, text, out _statement));
    }

    /// <summary>Sets a parameter to a number.</summary>
    public void Bind(int parameter, long value) => Demand(raw.sqlite3_bind_int64(_statement, parameter, value));

    /// <summary>Sets a parameter to bytes.</summary>
    public void Bind(int parameter, ReadOnlySpan<byte> value) => Demand(raw.sqlite3_bind_blob(_statement, parameter, value));

    /// <summary>Sets a parameter to nothing.</summary>
    public void BindNull(int parameter) => Demand(raw.sqlite3_bind_null(_statement, parameter));

    /// <summary>Sets a parameter to a text in UTF-8.</summary>
    public void BindText(int parameter, ReadOnlySpan<byte> value) => Demand(raw.sqlite3_bind_text(_statement, parameter, value));

    /// <summary>Sets a parameter to a text, or to nothing.</summary>
    public void BindText(int parameter, string? value)
    {
        if (value is null)
        {
            BindNull(parameter);
            return;
        }

        BindText(parameter, Utf8Key.Of(value, stackalloc byte[Utf8Key.UsualBytes]));
    }

    /// <summary>Goes to the next row; false when there is none, and the statement can be run again.</summary>
    /// <exception cref="SqliteException">It failed, and can be run again.</exception>
    public bool Next()
    {
        var code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        try
        {
            Demand(code == raw.SQLITE_DONE ? raw.SQLITE_OK : code);
            return false;
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Runs the statement to its end.</summary>
    public void Run()
    {
        while (Next())
        {
            // Its rows do not matter.
        }
    }

    /// <summary>Leaves the rows that are left, so that the statement can be run again.</summary>
    public void Reset() => raw.sqlite3_reset(_statement);

    /// <summary>A number of the row.</summary>
    public long NumberAt(int column) => raw.sqlite3_column_int64(_statement, column);

    /// <summary>Whether the row has nothing there.</summary>
    public bool IsNullAt(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    /// <summary>Bytes of the row, or a text in UTF-8, valid until the next step.</summary>
    public ReadOnlySpan<byte> BytesAt(int column) => raw.sqlite3_column_blob(_statement, column);

    /// <inheritdoc/>
    public void Dispose() => _statement.Dispose();

    private void Demand(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            SqliteException.ThrowExceptionForRC(code, _database);
        }
    }
}
