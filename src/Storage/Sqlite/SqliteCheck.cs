using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DmaGrains.Storage.Sqlite;

/// <summary>Checks a whole file, as no start does: its structure, and every state and journal. It changes nothing.</summary>
internal static class SqliteCheck
{
    // Damaged pages lead to each other.
    private const int PagesMax = 100;

    /// <summary>Everything that is damaged, a line for each.</summary>
    /// <param name="file">The file, which nobody has open.</param>
    /// <exception cref="StorageException">The file is missing, in use or not ours, or something acknowledged is missing from its log.</exception>
    public static IReadOnlyList<string> Findings(string file)
    {
        var paths = SqlitePaths.Of(file);
        if (!File.Exists(paths.File))
        {
            throw new StorageException($"{paths.File} does not exist: expected a file that a silo made.");
        }

        using var connection = SqliteSchema.Connect(paths.File);
        bool isOpen;
        try
        {
            connection.Open();
            isOpen = SqliteSchema.Claim(connection, paths.File).IsOpen;
        }
        catch (SqliteException problem)
        {
            throw new StorageException($"{paths.File} {SqliteSchema.WhyNot(problem, paths.File)}.", problem);
        }

        LogEvidence.Verify(paths);
        if (!isOpen)
        {
            // There is no log to keep, and none is left behind.
            raw.sqlite3_db_config(connection.Handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, out _);
        }

        var findings = new List<string>();
        Add(findings, SqliteSchema.DamageOfPages(connection, PagesMax, table: null));
        Add(findings, SqliteSchema.DamageOfStates(connection));
        if (SqliteSchema.HasJournal(connection))
        {
            Add(findings, DamageOfJournals(connection, paths.File));
        }

        return findings;
    }

    private static IEnumerable<string> DamageOfJournals(SqliteConnection connection, string path)
    {
        using var journal = new SqliteJournal(connection, path, SqliteJournal.UnneededBytesMax);
        foreach (var damage in journal.Damage())
        {
            yield return damage;
        }
    }

    private static void Add(List<string> findings, IEnumerable<string> found)
    {
        try
        {
            findings.AddRange(found);
        }
        catch (Exception problem) when (problem is SqliteException or StorageException)
        {
            findings.Add(OneLine.Of(problem.Message));
        }
    }
}
