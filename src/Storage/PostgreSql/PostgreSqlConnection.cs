using Npgsql;

namespace DmaGrains.Storage.PostgreSql;

/// <summary>The address of a database. Its text names server, database and user, without secrets.</summary>
/// <param name="Settings">The connection string, completed.</param>
internal sealed record PostgreSqlConnection(NpgsqlConnectionStringBuilder Settings)
{
    // A caller waits at most a few seconds.
    private const int TimeoutSeconds = 5;

    // For clustering and health. With the two connections for state, eight silos fit into PostgreSQL's default of 100.
    private const int PoolMax = 10;

    /// <summary>Reads a connection string; settings that it omits are set so that callers learn of a fault within seconds.</summary>
    /// <exception cref="FormatException">It is malformed; the message does not repeat it.</exception>
    public static PostgreSqlConnection Parse(string connectionString)
    {
        const string expected = "expected words such as Host=db1;Database=dmagrains;Username=dmagrains;Password=…";
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new(connectionString);
        }
        catch (Exception problem) when (problem is ArgumentException or FormatException or OverflowException or InvalidCastException)
        {
            // Npgsql's message repeats part of the text, which may be a password.
            throw new FormatException($"postgresql is not a connection string: {expected}.");
        }

        if (string.IsNullOrEmpty(settings.Host))
        {
            throw new FormatException($"postgresql names no host: {expected}.");
        }

        // Messages name hosts, but must not contain an address of the form USER:PASSWORD@HOST.
        if (settings.Host.Contains('@', StringComparison.Ordinal))
        {
            throw new FormatException($"postgresql names an invalid host: {expected}.");
        }

        settings.SearchPath = PostgreSqlSchema.Name;
        SetUnlessGiven(settings, "Application Name", "dmagrains");
        SetUnlessGiven(settings, "Timeout", TimeoutSeconds);
        SetUnlessGiven(settings, "Command Timeout", TimeoutSeconds);
        SetUnlessGiven(settings, "Max Auto Prepare", 16);
        SetUnlessGiven(settings, "Maximum Pool Size", PoolMax);
        return new(settings);
    }

    /// <summary>Why something failed, in one line and without the password.</summary>
    public string Explain(Exception problem)
    {
        var cause = problem is PostgresException or { InnerException: null } ? problem : problem.InnerException!;
        return OneLine.Of(cause is PostgresException answer ? answer.MessageText : cause.Message, Settings.Password);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"PostgreSQL at {Settings.Host}:{Settings.Port} (database {Settings.Database ?? Settings.Username}, user {Settings.Username})";

    private static void SetUnlessGiven(NpgsqlConnectionStringBuilder settings, string word, object value)
    {
        // ContainsKey is true for every keyword that Npgsql knows; Keys has those that were given, under their canonical names.
        if (!settings.Keys!.Cast<string>().Contains(word, StringComparer.OrdinalIgnoreCase))
        {
            settings[word] = value;
        }
    }
}
