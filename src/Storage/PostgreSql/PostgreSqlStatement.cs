using Npgsql;
using NpgsqlTypes;

namespace DmaGrains.Storage.PostgreSql;

/// <summary>A statement for all operations of one kind in a group. As a work item it completes them, while the connection is used again.</summary>
internal abstract class PostgreSqlStatement : IThreadPoolWorkItem
{
    /// <summary>The statement with its parameters, for a connection that <see cref="PostgreSqlStatements.SetUpAsync"/> has prepared.</summary>
    public abstract NpgsqlBatchCommand Command { get; }

    /// <summary>Takes note of a row of the result.</summary>
    public abstract void Read(NpgsqlDataReader row);

    /// <summary>Completes the operations, once the transaction is committed.</summary>
    public abstract void Execute();

    /// <summary>A parameter with a value for each operation.</summary>
    protected static NpgsqlParameter Column<T>(NpgsqlDbType type, IEnumerable<T> values) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | type, Value = values.ToArray() };
}
