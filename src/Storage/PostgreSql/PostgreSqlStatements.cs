using Npgsql;

namespace DmaGrains.Storage.PostgreSql;

/// <summary>Groups of operations in one round trip and one transaction.</summary>
internal static class PostgreSqlStatements
{
    // Rows are found one by one through the key, in the order of the group, so that silos that change the same rows reach them in the same
    // order. A plan is made once, whatever the size of the group, and must suit tables that grow: what counts is how many rows it touches.
    // Writers rely on READ COMMITTED.
    private const string SettingsText =
        """
        SET enable_seqscan = off; SET enable_mergejoin = off;
        SET random_page_cost = 0; SET seq_page_cost = 0; SET cpu_tuple_cost = 1;
        SET plan_cache_mode = force_generic_plan; SET jit = off;
        SET default_transaction_isolation = 'read committed'
        """;

    /// <summary>Prepares a connection for the other statements.</summary>
    public static async Task SetUpAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(SettingsText, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Checks that the server answers.</summary>
    public static async Task PingAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT", connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Carries out reads, and completes them.</summary>
    public static async Task ReadAsync(NpgsqlConnection connection, IReadOnlyList<StorageOperation> group)
    {
        StateRead[] states = [.. group.OfType<StateRead>()];
        JournalRead[] journals = [.. group.OfType<JournalRead>()];
        await ExecuteAsync(connection, states.Length == 0 ? null : new ReadStates(states), journals.Length == 0 ? null : new ReadJournals(journals));
    }

    /// <summary>Carries out changes, each of another row, and completes them: all of them, or none and there is an exception.</summary>
    public static async Task ChangeAsync(NpgsqlConnection connection, IReadOnlyList<StorageOperation> group)
    {
        StateChange[] states =
        [
            .. group.OfType<StateChange>()
                .OrderBy(change => change.Grain, StringComparer.Ordinal).ThenBy(change => change.Name, StringComparer.Ordinal),
        ];
        var journals = group.OfType<JournalWrite>().OrderBy(write => write.Grain, StringComparer.Ordinal).ToLookup(write => write.Row.IsSnapshot);
        await ExecuteAsync(
            connection,
            states.Length == 0 ? null : new ChangeStates(states),
            journals.Contains(false) ? new WriteJournals([.. journals[false]], isSnapshots: false) : null,
            journals.Contains(true) ? new WriteJournals([.. journals[true]], isSnapshots: true) : null);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, params PostgreSqlStatement?[] statements)
    {
        PostgreSqlStatement[] given = [.. statements.OfType<PostgreSqlStatement>()];
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in given)
        {
            batch.BatchCommands.Add(statement.Command);
        }

        await using (var rows = await batch.ExecuteReaderAsync())
        {
            foreach (var statement in given)
            {
                while (await rows.ReadAsync())
                {
                    statement.Read(rows);
                }

                // After the last result this waits for the commit.
                await rows.NextResultAsync();
            }
        }

        foreach (var statement in given)
        {
            ThreadPool.UnsafeQueueUserWorkItem(statement, preferLocal: false);
        }
    }
}
