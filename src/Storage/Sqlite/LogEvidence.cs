namespace DmaGrains.Storage.Sqlite;

/// <summary>
/// Checks that everything acknowledged is in a file and its log. SQLite itself cannot tell: it treats a lost, truncated or damaged log as
/// one that ends early.
/// </summary>
internal static class LogEvidence
{
    /// <summary>Advice for the operator.</summary>
    public const string Remedy =
        "restore the files that belong together, or a copy (docs/operations.md: how to continue with what is left)";

    /// <summary>Checks that everything acknowledged is there. The file is locked.</summary>
    /// <returns>The end of the log.</returns>
    /// <exception cref="StorageException">Something is missing or cannot be verified.</exception>
    public static LogEnd Verify(SqlitePaths paths)
    {
        try
        {
            var acknowledged = AcknowledgedLog.Read(paths.Acknowledged);
            var end = acknowledged?.End ?? LogEnd.Nothing;
            return WhyNot(paths, SqliteSchema.ReadWithoutLog(paths.File), acknowledged, WriteAheadLog.Read(paths.Log, end)) is { } why
                ? throw new StorageException($"{why}.")
                : end;
        }
        catch (InvalidDataException)
        {
            throw new StorageException($"{paths.Acknowledged} is damaged: {Remedy}.");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"{paths.File} cannot be opened: {OneLine.Of(problem.Message)}.", problem);
        }
    }

    /// <summary>Why acknowledged data is missing or cannot be verified; null when everything is there.</summary>
    /// <param name="paths">The database and the files beside it.</param>
    /// <param name="file">The file's own record without its log; null when the file is not consistent without it.</param>
    /// <param name="acknowledged">What was acknowledged; null when there is no record.</param>
    /// <param name="log">The log.</param>
    public static string? WhyNot(SqlitePaths paths, SqliteSchema? file, AcknowledgedLog? acknowledged, WriteAheadLog log)
    {
        if (log.DamagedFrame is { } frame)
        {
            var where = frame == 0 ? "in its header" : $"in frame {frame}";
            return $"{paths.Log} is damaged {where}, and later commits follow the damage: {Remedy}";
        }

        return acknowledged is { } known ? WhyNot(paths, file, known, log)
            : file is null ? $"{paths.File} is damaged: {Remedy}"
            : file.IsOpen ? $"{paths.File} was not closed in an orderly way, and {paths.Acknowledged} is missing, which says how far {paths.Log} must reach: {Remedy}"
            : log.HasFrames ? $"{paths.Log} is not the log of {paths.File}, which was closed in an orderly way: remove it if the file is a restored copy, else {Remedy}"
            : null;
    }

    private static string? WhyNot(SqlitePaths paths, SqliteSchema? file, AcknowledgedLog known, WriteAheadLog log)
    {
        // A log restarts only after the file has all of it.
        var hasRestarted = log.HasFrames && log.Salt1 == unchecked(known.End.Salt1 + 1);
        if (file is null)
        {
            // Left by an interrupted checkpoint: the log has the pages. It may be the next one, whose first checkpoint it was, or one of
            // which nothing is acknowledged yet: it begins with the mark that the file is open, which goes to the file by itself.
            return log.HasEnd || hasRestarted || (known.End.Frames == 0 && log.HasCommit) ? null : $"{paths.File} is damaged: {Remedy}";
        }

        if (known.File != file.File)
        {
            return $"{paths.Acknowledged} belongs to a different file, not to {paths.File}: {Remedy}";
        }

        // The file may be one ahead, because its generation is written before the record beside it.
        if (known.Generation != file.Generation && known.Generation != file.Generation - 1)
        {
            return $"{paths.File} (generation {file.Generation}) and {paths.Acknowledged} (generation {known.Generation}) do not belong together: "
                + $"remove {paths.Log} and {paths.Acknowledged} if the file is a restored copy, else {Remedy}";
        }

        if (!log.HasFrames)
        {
            return known.End.Frames == 0 || known.Generation != file.Generation
                ? null
                : $"{paths.Log} is missing or empty, and {known.End.Frames} frames of it were acknowledged: {Remedy}";
        }

        return known.End.Frames == 0 || log.HasEnd || hasRestarted
            ? null
            : $"{paths.Log} is damaged or is a different log: the last acknowledged frame ({known.End.Frames}) is not in it: {Remedy}";
    }
}
